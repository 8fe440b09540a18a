import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOfPrefix } from '../../../plugin/storage/local/end-of-prefix.ts';
import { compareCodePoints } from '../../../plugin/storage/memory/sorted-list.ts';

const text = fc.string({ unit: 'binary', maxLength: 4 });

test('code points compare as the bytes of UTF-8 do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

test('a string starts with the prefix exactly when it lies between the prefix and its end', () => {
  const near = fc
    .tuple(text, fc.boolean(), text)
    .map(([prefix, starts, rest]) => [prefix, starts ? prefix + rest : rest]);
  fc.assert(
    fc.property(near, ([prefix = '', key = '']) => {
      const end = endOfPrefix(prefix);
      const between = compareCodePoints(key, prefix) >= 0 && (end === null || compareCodePoints(key, end) < 0);
      expect(between).toBe(key.startsWith(prefix));
    }),
  );
});

test.each([
  ['a', 'b'],
  ['lead:', 'lead;'],
  ['', null],
  ['a\u{10ffff}', 'b'],
  ['\u{10ffff}', null],
  ['\ud7ff', '\ue000'],
])('%j ends before %j', (prefix, end) => {
  expect(endOfPrefix(prefix)).toBe(end);
});
