import { expect, test } from 'vitest';
import { looksOf } from '../../../runtime-shim/channels/looks.ts';
import { pressText } from '../../../runtime-shim/channels/render-line.ts';
import type { TranscriptMessage } from '../../../runtime-shim/leads/transcript.ts';
import { changesText, piecesOf } from '../../../runtime-shim/simulator/page/lead/looks.ts';
import { en } from '../../../runtime-shim/simulator/page/texts/en.ts';

const MB = 1024 * 1024;
const button = (text: string, code = text) => ({ text, callback_data: code });
const line = (more: Partial<TranscriptMessage>): TranscriptMessage => ({ seq: 7, from: 'bot', at: 1, ...more });
/** What the page says that each messenger has changed. */
function changes(said: TranscriptMessage): Record<string, string> {
  const looks = looksOf(said) ?? {};
  const message = { userId: 'a:b:c', ...said, looks };
  return Object.fromEntries(
    (['telegram', 'max', 'vk', 'widget'] as const)
      .map((kind) => [kind, changesText(message, kind, en.looks.changed)] as const)
      .filter(([, text]) => text !== ''),
  );
}

test('what every messenger shows as it was said has no looks', () => {
  expect(looksOf(line({ text: 'Чем помочь?', buttons: [[button('Часы', '1')], [button('Оператор', '2')]] }))).toBe(
    undefined,
  );
  const file = { type: 'image', url: 'https://a.example/b.png', size: MB } as const;
  expect(looksOf(line({ text: 'прайс', attachments: [file] }))).toBeUndefined();
});

test('a keyboard that does not fit becomes lines, a row that is too wide is wrapped, a long text is several messages', () => {
  const many = Array.from({ length: 12 }, (_, at) => [button(`Пункт ${at}`, String(at))]);
  const { lines, rows, cut } = en.looks.changed;
  expect(changes(line({ text: 'Выбирайте', buttons: many }))).toEqual({ vk: lines });
  expect(looksOf(line({ text: 'Выбирайте', buttons: many }))?.vk?.[0]?.text).toContain('\n11 Пункт 11');
  const wide = [Array.from({ length: 6 }, (_, at) => button(String(at)))];
  expect(changes(line({ text: 'Оценка', buttons: wide }))).toEqual({ vk: rows });
  const long = [[button('слово '.repeat(10).trim(), '1')]];
  expect(changes(line({ text: 'x', buttons: long }))).toEqual({ vk: cut });
  expect(changes(line({ text: 'слово '.repeat(700) }))).toEqual({
    telegram: 'messages instead of one: 2',
    max: 'messages instead of one: 2',
    vk: 'messages instead of one: 2',
  });
});

test('a file that a messenger does not take is a link, and is told as one', () => {
  const video = { type: 'video', url: 'https://a.example/b.mp4', name: 'обзор.mp4', size: 60 * MB } as const;
  const said = line({ text: 'Смотрите', attachments: [video] });
  expect(looksOf(said)?.telegram).toEqual([{ text: 'Смотрите\nобзор.mp4: https://a.example/b.mp4' }]);
  expect(changes(said)['telegram']).toBe(en.looks.changed.link);
  expect(looksOf(said)?.widget).toBeUndefined();
});

test('a press of data that is too long says what the button says', async () => {
  const code = 'я'.repeat(40);
  const said = line({ text: 'x', buttons: [[button('раз', '1'), button('два', code)]] });
  const message = { userId: 'a:b:c', ...said, looks: looksOf(said) ?? {} };
  // Telegram takes 64 bytes; the button stands for its place in the dialog.
  const pressed = piecesOf(message, 'telegram')[0]?.rows[0]?.[1];
  expect(pressed).toEqual({ text: 'два', data: '~7:1', code });
  expect(changesText(message, 'telegram', en.looks.changed)).toBe('');
  const lineAt = async (seq: number) => await Promise.resolve(seq === 7 ? said : undefined);
  expect([await pressText('~7:1', lineAt), await pressText('~8:1', lineAt), await pressText('1', lineAt)]).toEqual([
    code,
    undefined,
    '1',
  ]);
  expect(piecesOf(message, undefined)[0]?.rows[0]?.[1]).toEqual({ text: 'два', data: code, code });
});
