import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOfPrefix } from '../../../plugin/storage/values.ts';

const text = fc.string({ unit: 'binary', maxLength: 4 });

/** As databases compare names: the byte order of UTF-8. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('a string starts with the prefix exactly when it lies between the prefix and its end', () => {
  const near = fc
    .tuple(text, fc.boolean(), text)
    .map(([prefix, starts, rest]) => [prefix, starts ? prefix + rest : rest]);
  fc.assert(
    fc.property(near, ([prefix = '', key = '']) => {
      const end = endOfPrefix(prefix);
      const between = compare(key, prefix) >= 0 && (end === null || compare(key, end) < 0);
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
