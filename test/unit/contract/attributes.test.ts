import { expect, test } from 'vitest';
import { attributesForLiveTex, MAX_ATTRIBUTES_LENGTH } from '../../../plugin/contract/attributes.ts';
import { messageOf } from '../../../plugin/contract/coded-error.ts';

test('everything is a text, and true and false are words', () => {
  expect(attributesForLiveTex({ a: 1, b: true, c: false, d: 'x' })).toEqual({ a: '1', b: 'да', c: 'нет', d: 'x' });
});

test('what a platform kept from before is made fit for LiveTex: well-formed, without NUL, keys on one line', () => {
  const dirty = { 'a\nb\u2028c': 'x\ny', 'd\u0000': 'e\u0000f', 'g\ud800': 'h\udc00', '\r\n': 'gone', k: '\u0000' };
  expect(attributesForLiveTex(dirty)).toEqual({ 'a b c': 'x\ny', d: 'ef', 'g\ufffd': 'h\ufffd', k: '' });
});

test('all of them together have an end', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'x'.repeat(100_000)]));
  expect(JSON.stringify(attributesForLiveTex(many)).length).toBeLessThan(MAX_ATTRIBUTES_LENGTH);
  expect(Object.keys(attributesForLiveTex(many))).toHaveLength(9);
});

test('the message of whatever a platform throws has an end', () => {
  expect(messageOf(new Error('x'.repeat(5_000_000)))).toHaveLength(10_001);
  expect(messageOf('short')).toBe('short');
});
