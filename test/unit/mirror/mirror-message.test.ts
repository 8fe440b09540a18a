import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileAsText, mirrorMessage, type MirrorSettings } from '../../../plugin/mirror/mirror-message.ts';
import { codePoints } from '../../../plugin/contract/split-text.ts';

const settings: MirrorSettings = {
  headers: { bot: '🤖 Бот', lead: '👤 Пользователь', note: '📌 Оператору' },
  maxTextLength: 4_000,
};
const bare: MirrorSettings = { headers: { bot: '', lead: '', note: '' }, maxTextLength: 4_000 };
const photo = { type: 'image', url: 'https://example.com/a.jpg', name: 'a.jpg', size: 120 } as const;

describe('mirrorMessage', () => {
  it('a line for the operator has a header of its own, which nobody else can write', () => {
    const note = { kind: 'sendText', text: '📌 Оператору\nДолг\n> 👤 Пользователь' };
    expect(mirrorMessage('note', { text: 'Долг\n👤 Пользователь' }, settings)).toEqual([note]);
    const forged = { kind: 'sendText', text: '👤 Пользователь\n> 📌 оператору' };
    expect(mirrorMessage('lead', { text: '📌 оператору' }, settings)).toEqual([forged]);
  });

  it('puts the header above the text, and no line for an empty header', () => {
    expect(mirrorMessage('lead', { text: 'Привет' }, settings)).toEqual([
      { kind: 'sendText', text: '👤 Пользователь\nПривет' },
    ]);
    expect(mirrorMessage('bot', { text: 'Привет' }, bare)).toEqual([{ kind: 'sendText', text: 'Привет' }]);
  });

  it('writes a menu as text, one line an item: code and caption', () => {
    const buttons = [
      [{ text: 'Позвать оператора', callback_data: '1' }],
      [
        { text: 'Цены', callback_data: '2' },
        { text: 'Назад', callback_data: '0' },
      ],
    ];
    expect(mirrorMessage('bot', { text: 'Чем помочь?', buttons }, settings)).toEqual([
      { kind: 'sendText', text: '🤖 Бот\nЧем помочь?\n1 Позвать оператора\n2 Цены\n0 Назад' },
    ]);
    expect(mirrorMessage('bot', { buttons }, settings)).toEqual([
      { kind: 'sendText', text: '🤖 Бот\n1 Позвать оператора\n2 Цены\n0 Назад' },
    ]);
  });

  it.each(['image', 'video', 'audio', 'file'] as const)('sends a file of type %s by its link', (type) => {
    expect(mirrorMessage('lead', { attachments: [{ ...photo, type }] }, settings)).toEqual([
      { kind: 'sendFile', url: photo.url, name: 'a.jpg', size: 120, comment: '👤 Пользователь' },
    ]);
  });

  it('makes the text the comment of the first file', () => {
    const requests = mirrorMessage(
      'lead',
      { text: 'Чек', attachments: [photo, { type: 'file', url: photo.url }] },
      settings,
    );
    expect(requests).toEqual([
      { kind: 'sendFile', url: photo.url, name: 'a.jpg', size: 120, comment: '👤 Пользователь\nЧек' },
      { kind: 'sendFile', url: photo.url, comment: '👤 Пользователь' },
    ]);
    expect(mirrorMessage('lead', { attachments: [photo] }, bare)).toEqual([
      { kind: 'sendFile', url: photo.url, name: 'a.jpg', size: 120 },
    ]);
  });

  it('sends a text too long for a comment after the file', () => {
    const text = 'слово '.repeat(1_000);
    const requests = mirrorMessage('lead', { text, attachments: [photo] }, settings);
    expect(requests.map((request) => request.kind)).toEqual(['sendFile', 'sendText', 'sendText']);
  });

  it('marks a line that would look like a header', () => {
    const text = 'Смотрите\n🤖 Бот\nВам вернут деньги';
    expect(mirrorMessage('lead', { text }, settings)).toEqual([
      { kind: 'sendText', text: '👤 Пользователь\nСмотрите\n> 🤖 Бот\nВам вернут деньги' },
    ]);
  });

  it('marks such a line whatever plain letters and signs it is of, and however one may write them', () => {
    const plain = Array.from({ length: 0x460 }, (_, code) => String.fromCharCode(code)).filter(
      (sign) => (sign >= ' ' && sign <= '~') || sign >= '\u0400',
    );
    expect(plain).toHaveLength(95 + 96);
    for (const sign of plain) {
      const headers = { bot: '', lead: `Лид ${sign} А`, note: '' };
      const upper = ` ЛИД  ${sign.toUpperCase()} А `;
      // The same with a joiner and in the form that takes letters apart: neither is plain.
      const apart = `Л\u200dид ${sign} А`.normalize('NFD');
      const text = [upper, apart, `Лид ${sign} Б`].join('\n');
      expect(mirrorMessage('bot', { text }, { headers, maxTextLength: 4_000 })).toEqual([
        { kind: 'sendText', text: `> ${upper}\n> ${apart}\nЛид ${sign} Б` },
      ]);
    }
  });

  it('splits a long text: each part has the header and fits, nothing is lost', () => {
    const words = fc.array(fc.constantFrom('слово ', '😀', 'строка\n', 'x'), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 100, max: 300 }),
        // Of letters that no word has: a line that reads like the header would be marked.
        fc.oneof(
          fc.constant(''),
          fc.string({ maxLength: 200 }).map((rest) => `Лид ${rest}`),
        ),
        (parts, maxTextLength, header) => {
          const text = parts.join('');
          const headers = { bot: 'бот', lead: header.replaceAll('\n', ''), note: '' };
          const requests = mirrorMessage('lead', { text }, { headers, maxTextLength });
          const sent = requests.map((request) => (request.kind === 'sendText' ? request.text : ''));
          for (const part of sent) expect(codePoints(part)).toBeLessThanOrEqual(maxTextLength);
          const line = sent[0]?.slice(0, (sent[0] ?? '').length - text.length) ?? '';
          const head = sent.length === 1 ? line : headerOf(sent, headers.lead);
          expect(sent.map((part) => part.slice(head.length)).join('')).toBe(text);
        },
      ),
    );
  });

  it('turns a file into a text with its link, name and comment', () => {
    const file = { kind: 'sendFile', url: photo.url, name: 'a.jpg', comment: '👤 Пользователь\nЧек' } as const;
    expect(fileAsText(file, settings)).toEqual(['👤 Пользователь\nЧек\na.jpg\nhttps://example.com/a.jpg']);
  });
});

/** The header line that all parts share; it may have been cut to leave room for the text. */
function headerOf(sent: readonly string[], header: string): string {
  if (header === '') return '';
  const end = (sent[0] ?? '').indexOf('\n') + 1;
  return (sent[0] ?? '').slice(0, end);
}

describe('hostile texts', () => {
  const buttons = (text: string) => Array.from({ length: 100 }, () => [{ text, callback_data: text }]);

  it('the work is bounded by the length, and nothing of the text is lost', () => {
    const settingsOfDesk: MirrorSettings = { ...settings, maxTextLength: 100 };
    for (const unit of ['\ufdfa', '\ufdfa\n', 'a\n', '\u200b', 'a\u0301\u0327']) {
      const text = unit.repeat(100_000 / unit.length);
      const sent = mirrorMessage('lead', { text, buttons: buttons(text.slice(0, 1_000)) }, settingsOfDesk);
      const body = sent.map((part) => (part.kind === 'sendText' ? part.text.slice('👤 Пользователь\n'.length) : ''));
      const whole = [text, ...buttons(text.slice(0, 1_000)).map(([one]) => one?.text ?? '')].join('\n');
      expect(body.join('').replaceAll('> ', '')).toBe(whole.replaceAll('> ', ''));
    }
  });

  it('lines that grow by being normalised are looked at up to a bound; behind it one mark too many does no harm', () => {
    const sent = mirrorMessage('lead', { text: '\ufdfa\n'.repeat(50_000) }, settings);
    const quoted = sent.reduce(
      (count, part) => count + (part.kind === 'sendText' ? part.text.split('> ').length - 1 : 0),
      0,
    );
    // 100,000 normalised characters of 18 each: so many lines were compared, the others marked unseen.
    expect(50_000 - quoted).toBe(Math.ceil(100_000 / 18));
  });

  it('a header is still found behind any number of unseen characters, and in any form', () => {
    for (const line of [`${'\u200b'.repeat(50_000)}🤖 Бот`, '🤖\u00a0\u2003 БОТ', '🤖 Бо\u0301т']) {
      expect(mirrorMessage('lead', { text: `привет\n${line}` }, { ...settings, maxTextLength: 100_000 })).toEqual([
        { kind: 'sendText', text: `👤 Пользователь\nпривет\n> ${line}` },
      ]);
    }
  });
});

describe('nobody writes in another’s name', () => {
  const header = '👤 Пользователь\n';
  const room = 4_000 - codePoints(header);
  const bot = '🤖 Бот';
  /** Lines that read like the other side's header, in all that LiveTex gets; the first line of a message is its own. */
  const forged = (requests: ReturnType<typeof mirrorMessage>): string[] =>
    requests.flatMap((request) => {
      const whole = request.kind === 'sendText' ? request.text : (request.comment ?? '');
      const name = request.kind === 'sendFile' ? (request.name ?? '') : '';
      expect(whole.split('\n')[0]).toBe('👤 Пользователь');
      expect(codePoints(whole)).toBeLessThanOrEqual(4_000);
      return [...whole.split('\n').slice(1), name].filter((line) => line === bot || line === '👤 Пользователь');
    });

  it.each([
    ['a cut in a line', `${'а'.repeat(room)}${bot}\nВозврат одобрен`],
    ['a cut behind a word', `${'а'.repeat(room - 1)} ${bot}\nВозврат одобрен`],
    ['a cut within a marked line', `${'а '.repeat(room / 2 - 1)}\n${bot}\nВозврат одобрен`],
    ['a cut that ends a part with a header', `${'а'.repeat(room - codePoints(bot) - 1)}\n${bot}${'б'.repeat(room)}`],
    ['many parts', `${'а'.repeat(room)}${bot}\n`.repeat(5)],
  ])('%s makes no line that reads like a header', (_how, text) => {
    expect(forged(mirrorMessage('lead', { text }, settings))).toEqual([]);
    const parts = mirrorMessage('lead', { text }, settings);
    const joined = parts.map((part) => (part.kind === 'sendText' ? part.text.slice(header.length) : '')).join('');
    expect(joined.replaceAll('> ', '')).toBe(text);
  });

  it('nor do a file’s name, a caption, a button, and the text in place of a refused file', () => {
    const attachments = [{ ...photo, name: bot }];
    const buttons = [
      [
        { text: 'Бот', callback_data: '🤖' },
        { text: bot, callback_data: bot },
      ],
    ];
    const requests = mirrorMessage('lead', { text: `Чек\n${bot}`, attachments, buttons }, settings);
    expect(forged(requests)).toEqual([]);
    const [file] = requests;
    if (file?.kind !== 'sendFile') throw new Error('a file');
    expect(forged(fileAsText(file, settings).map((text) => ({ kind: 'sendText', text })))).toEqual([]);
    const old = { kind: 'sendFile' as const, url: photo.url, name: bot, comment: `${header}${'а'.repeat(room)}` };
    const texts = fileAsText(old, settings);
    expect(texts.length).toBeGreaterThan(1);
    expect(forged(texts.map((text) => ({ kind: 'sendText', text })))).toEqual([]);
  });

  it('nor does a header that is cut because it is long', () => {
    const long = { headers: { bot: 'Б'.repeat(80), lead: 'Лид', note: '' }, maxTextLength: 100 };
    expect(mirrorMessage('lead', { text: 'Б'.repeat(49) }, long)).toEqual([
      { kind: 'sendText', text: `Лид\n> ${'Б'.repeat(49)}` },
    ]);
  });
});

describe('buttons as text', () => {
  it.each([
    [{ text: 'Да', callback_data: 'Да' }, 'Да'],
    [{ text: 'Да', callback_data: '1' }, '1 Да'],
    [{ text: 'Сайт', callback_data: 'Сайт', url: 'https://example.com' }, 'Сайт: https://example.com'],
    [
      { text: 'Каталог', callback_data: 'c', web_app: { url: 'https://example.com/app' } },
      'Каталог: https://example.com/app',
    ],
  ])('%j is %s', (button, line) => {
    expect(mirrorMessage('bot', { text: 'Верно?', buttons: [[button]] }, settings)).toEqual([
      { kind: 'sendText', text: `🤖 Бот\nВерно?\n${line}` },
    ]);
  });
});
