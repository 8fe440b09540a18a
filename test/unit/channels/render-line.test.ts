import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChannelTraits } from '../../../runtime-shim/channels/contract.ts';
import { poorerParts, pressedData, pressPlace, renderLine } from '../../../runtime-shim/channels/render-line.ts';

const BYTES = { image: 10, video: 10, audio: 10, file: 10 };
const TRAITS: ChannelTraits = {
  textUnits: 20,
  captionUnits: 8,
  buttons: { perRow: 2, rows: 3, all: 5, captionUnits: 6, dataBytes: 24 },
  linkBytes: BYTES,
  uploadBytes: BYTES,
};
const button = (text: string, data = text) => ({ text, callback_data: data });
const file = { type: 'file', url: 'https://a.example/b', size: 5 } as const;

test('every text fits, is well-formed, and together they are the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (text) => {
      const parts = renderLine({ seq: 7, at: 36, text }, TRAITS);
      for (const part of parts) {
        expect(part.text?.length).toBeLessThanOrEqual(TRAITS.textUnits);
        expect(part.text?.isWellFormed()).toBe(text.isWellFormed());
        expect(part.text?.trim()).not.toBe('');
      }
      const squeezed = (value: string): string => value.replaceAll(/\s/g, '');
      expect(squeezed(parts.map((part) => part.text).join(''))).toBe(squeezed(text));
      expect(parts.map(({ id }) => id)).toEqual(parts.map((_, index) => `7.10/${index}`));
    }),
  );
});

test('buttons hang on the last text, wide rows wrap, and more than fit become lines', () => {
  const long = 'а'.repeat(30);
  expect(
    renderLine({ seq: 1, at: 0, text: 'раз', buttons: [['a', 'b', 'c'].map((text) => button(text))] }, TRAITS),
  ).toEqual([
    {
      id: '1.0/0',
      text: 'раз',
      buttons: [
        [
          { text: 'a', data: 'a' },
          { text: 'b', data: 'b' },
        ],
        [{ text: 'c', data: 'c' }],
      ],
    },
  ]);
  const [first, last, ...more] = renderLine({ seq: 1, at: 0, text: long, buttons: [[button('да')]] }, TRAITS);
  expect([first?.buttons, last?.buttons?.length, more]).toEqual([undefined, 1, []]);
  const six = ['1', '2', '3', '4', '5', '6'].map((code) => [button(`п${code}`, code)]);
  expect(
    renderLine({ seq: 1, at: 0, text: 'меню', buttons: six }, TRAITS)
      .map(({ text }) => text)
      .join(''),
  ).toBe('меню\n1 п1\n2 п2\n3 п3\n4 п4\n5 п5\n6 п6');
  expect(renderLine({ seq: 1, at: 0, buttons: [[button('да')]] }, TRAITS)[0]?.text).toBe('…');
  expect(
    renderLine({ seq: 1, at: 0, text: 'x', buttons: [[button('да')]] }, { ...TRAITS, buttons: null })[0]?.text,
  ).toBe('x\nда');
});

test('data that is too long, or looks like a place, is found again by its place in the dialog', () => {
  const line = {
    seq: 12,
    at: 0,
    text: 'x',
    buttons: [[button('раз', 'я'.repeat(13)), button('два', '~1:1')], [button('три', '3')]],
  };
  const [part] = renderLine(line, TRAITS);
  expect(part?.buttons?.flat().map(({ data }) => data)).toEqual(['~12:0', '~12:1', '3']);
  expect(pressPlace('~12:1')).toEqual({ seq: 12, index: 1 });
  expect([pressedData(line, 0), pressedData(line, 1), pressedData(line, 9)]).toEqual([
    'я'.repeat(13),
    '~1:1',
    undefined,
  ]);
  expect([pressPlace('3'), pressPlace('~12:1x'), pressPlace('~')]).toEqual([undefined, undefined, undefined]);
});

test('a file has a short text as its caption, and each poorer form says all that the richer one said', () => {
  const [only] = renderLine({ seq: 1, at: 0, text: 'прайс', attachments: [file] }, TRAITS);
  expect(only).toEqual({ id: '1.0/0', file: { ...file, by: 'link' }, text: 'прайс' });
  expect(renderLine({ seq: 1, at: 0, text: 'длинный текст', attachments: [file] }, TRAITS)).toHaveLength(2);
  expect(renderLine({ seq: 1, at: 0, attachments: [{ ...file, size: 11 }] }, TRAITS)[0]?.file?.by).toBe('upload');
  if (only === undefined) throw new Error('there is no part');
  const [upload] = poorerParts(only, 'file', TRAITS) ?? [];
  expect(upload?.file?.by).toBe('upload');
  const texts = upload === undefined ? undefined : poorerParts(upload, 'other', TRAITS);
  expect(texts?.map(({ text }) => text).join('')).toBe('прайс\nhttps://a.example/b');
  const [keyboard] = renderLine({ seq: 1, at: 0, text: 'x', buttons: [[button('да', '1')]] }, TRAITS);
  expect(keyboard === undefined ? undefined : poorerParts(keyboard, 'buttons', TRAITS)).toEqual([
    { id: '1.0/0', text: 'x\n1 да' },
  ]);
  expect(poorerParts({ id: '1/0', text: 'x' }, 'other', TRAITS)).toBeUndefined();
});
