import { expect, test } from 'vitest';
import {
  attributesForLiveTex,
  MAX_ATTRIBUTES,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
} from '../../../plugin/contract/attributes.ts';
import { messageOf } from '../../../plugin/contract/coded-error.ts';

test('everything is a text, and true and false are words', () => {
  expect(attributesForLiveTex({ a: 1, b: true, c: false, d: 'x' })).toEqual({
    values: { a: '1', b: 'да', c: 'нет', d: 'x' },
    left: [],
    cut: [],
  });
});

test('what a platform kept from before is made fit for LiveTex: well-formed, without NUL, keys on one line', () => {
  const dirty = { 'a\nb\u2028c': 'x\ny', 'd\u0000': 'e\u0000f', 'g\ud800': 'h\udc00', '\r\n': 'gone', k: '\u0000' };
  expect(attributesForLiveTex(dirty).values).toEqual({ 'a b c': 'x\ny', d: 'ef', 'g\ufffd': 'h\ufffd', k: '' });
});

test('each has an end, and so have all of them together; what was too much is named', () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'x'.repeat(100_000)]));
  const { values, left, cut } = attributesForLiveTex(many);
  expect(Object.keys(values)).toHaveLength(MAX_ATTRIBUTES);
  expect(left).toHaveLength(5_000 - MAX_ATTRIBUTES);
  expect(left[0]).toBe(`k${MAX_ATTRIBUTES}`);
  expect(cut).toHaveLength(MAX_ATTRIBUTES);
  expect(values['k0']).toHaveLength(MAX_VALUE_LENGTH);
  const long = attributesForLiveTex({ ['я'.repeat(MAX_KEY_LENGTH + 1)]: `${'x'.repeat(MAX_VALUE_LENGTH - 2)}😀😀` });
  const [key, value] = Object.entries(long.values)[0] ?? [];
  expect(key).toBe(`${'я'.repeat(MAX_KEY_LENGTH - 1)}…`);
  expect(value).toBe(`${'x'.repeat(MAX_VALUE_LENGTH - 2)}…`);
});

test('the message of whatever a platform throws has an end', () => {
  expect(messageOf(new Error('x'.repeat(5_000_000)))).toHaveLength(10_001);
  expect(messageOf('short')).toBe('short');
});
