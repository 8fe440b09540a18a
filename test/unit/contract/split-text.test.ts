import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePoints, splitText } from '../../../plugin/contract/split-text.ts';

/** Texts with what is hard to cut: pairs, joined emoji, marks, spaces, line ends. */
const pieces = fc.constantFrom('а', 'z', ' ', '\n', '😀', '👩‍👩‍👧', 'e\u0301', '🇷🇺', 'слово ', '\r\n');
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 200 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

describe('splitText', () => {
  it('loses nothing, keeps the order, fits, and cuts no code point', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, limit) => {
        const parts = splitText(text, limit);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(codePoints(part)).toBeLessThanOrEqual(limit);
          expect(part === '').toBe(text === '');
          expect(part.isWellFormed() || !text.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('cuts no grapheme where a part has room for a whole one', () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const count = (text: string) => [...segmenter.segment(text)].length;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => {
        const text = parts.join('');
        const cut = splitText(text, 10);
        expect(cut.map(count).reduce((sum, next) => sum + next, 0)).toBe(count(text));
      }),
    );
  });

  it('prefers a line end, then a space, and cuts a long word only where it must', () => {
    expect(splitText('первая строка\nвторая строка', 20)).toEqual(['первая строка\n', 'вторая строка']);
    expect(splitText('раз два три четыре', 9)).toEqual(['раз два ', 'три ', 'четыре']);
    expect(splitText('х\nhttps://example.com/a', 10)).toEqual(['х\n', 'https://ex', 'ample.com/', 'a']);
    expect(splitText('короткий', 100)).toEqual(['короткий']);
  });

  it('handles a text of 100,000 units at once', () => {
    const text = '😀'.repeat(50_000);
    expect(splitText(text, 4_000)).toHaveLength(13);
  });
});
