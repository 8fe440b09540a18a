/** Leads write from Telegram: the real runtime, the real driver, over HTTP to the local Telegram. */
import { expect, onTestFinished, test } from 'vitest';
import type { ChannelOptions } from '../../../runtime-shim/channels/channel.ts';
import { telegramDriver, type TelegramOptions } from '../../../runtime-shim/channels/telegram/telegram-driver.ts';
import { startTelegramEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { RuntimeOptions } from '../../../runtime-shim/runtime/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { createSkippingClock } from '../../support/test-clock.ts';
import { startRuntime, type StartedRuntime } from '../../support/start-runtime.ts';

const SCRIPTS = [
  {
    code: 'start',
    commands: [{ type: 'send_text', text: 'Здравствуйте, {{ $name }}!' }],
    menu: [
      { code: '1', caption: 'Цены', script: 'prices' },
      { code: 'о-компании-и-обо-всём-что-мы-делаем-с-самого-начала', caption: 'О нас', script: 'about' },
    ],
  },
  { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
  { code: 'about', commands: [{ type: 'send_text', text: 'Мы давно' }] },
  { code: 'plan', commands: [{ type: 'run_javascript', file: 'plan.js' }] },
  { code: 'remind', commands: [{ type: 'send_text', text: 'Напоминаю' }] },
  { code: 'pages', commands: [{ type: 'run_javascript', file: 'pages.js' }] },
  {
    code: 'echo',
    type: 'fallback',
    commands: [
      { type: 'send_text', text: 'Понял' },
      { type: 'send_text', text: 'Вы не слышите', condition: "return lead.getData('is_mute') === true" },
    ],
  },
];

const BOT = {
  scripts: SCRIPTS,
  routes: [
    { regex: '^напомни$', script: 'plan' },
    { regex: '^листать$', script: 'pages' },
  ],
  files: {
    'pages.js': `bot.sendMessage('Листайте', [[{ text: 'Дальше', callback_data: 'page_static_2' }, { text: 'Далеко', callback_data: '_static_' + 'x'.repeat(80) }]])`,
    'plan.js': "bot.scheduleJob({ script_code: 'remind', run_after_sec: 60 })",
  },
};

async function stand(
  channel: Partial<TelegramOptions> & Pick<ChannelOptions, 'onUnknown'> = {},
  options: Partial<RuntimeOptions> = {},
): Promise<{ telegram: Awaited<ReturnType<typeof startTelegramEmulator>>; runtime: StartedRuntime }> {
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const { onUnknown = 'repeat', ...settings } = channel;
  const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url, ...settings });
  const channels = { telegram: { driver, onUnknown } };
  const runtime = await startRuntime(BOT, { channels, ...options });
  return { telegram, runtime };
}

test('a person writes, presses and gets answers; each press counts once and takes the buttons away', async () => {
  const { telegram, runtime } = await stand();
  const anna = telegram.person(undefined, { first: 'Анна', last: 'Петрова' });
  anna.write('/start');
  const [hello] = await anna.until(1);
  expect(hello).toMatchObject({ text: 'Здравствуйте, Анна Петрова!', buttons: [['Цены'], ['О нас']] });

  const press = anna.press('О нас');
  anna.pressAgain(press);
  await anna.until(2);
  await telegram.idle();
  await runtime.idle();
  expect(anna.isAnswered(press)).toBe(true);
  expect(anna.shown().map(({ text, buttons }) => [text, buttons.length])).toEqual([
    ['Здравствуйте, Анна Петрова!', 0],
    ['Мы давно', 0],
  ]);
  expect(await runtime.chat(String(anna.id))).toEqual([
    'lead: /start',
    'bot: Здравствуйте, Анна Петрова! [Цены] [О нас]',
    'lead: о-компании-и-обо-всём-что-мы-делаем-с-самого-начала',
    'bot: Мы давно',
  ]);

  // Buttons whose data say so stay, and may be pressed again and again.
  anna.write('листать');
  await anna.until(3);
  for (const [index, caption] of ['Дальше', 'Дальше', 'Далеко'].entries()) {
    const again = anna.press(caption);
    await anna.until(4 + index);
    await telegram.idle();
    await runtime.idle();
    expect(anna.isAnswered(again)).toBe(true);
  }
  expect(anna.shown().map(({ text, buttons }) => [text, buttons])).toEqual([
    ['Здравствуйте, Анна Петрова!', []],
    ['Мы давно', []],
    ['Листайте', [['Дальше', 'Далеко']]],
    ...Array.from({ length: 3 }, () => ['Понял', []]),
  ]);
  expect((await runtime.chat(String(anna.id))).filter((line) => line.includes('_static_'))).toEqual([
    'lead: page_static_2',
    'lead: page_static_2',
    `lead: _static_${'x'.repeat(80)}`,
  ]);
});

test('whatever a person sends is readable, files by signed addresses; groups, edits and unknown updates harm nobody', async () => {
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url });
  const http = { port: 0, publicUrl: 'https://bot.example.com/here/' };
  const runtime = await startRuntime(BOT, { channels: { telegram: { driver } }, http });
  const anna = telegram.person();
  const id = String(anna.id);
  const first = anna.write('раз \u0000 два');
  await anna.until(1);
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_000, 7)]);
  anna.send({ kind: 'photo', name: 'кот "1".png', bytes: png, caption: 'мой кот' });
  anna.send({ kind: 'document', name: 'page.png', bytes: Buffer.from('<script>alert(1)</script>') });
  anna.post({ location: { latitude: 55.75, longitude: 37.62 } });
  anna.post({ contact: { phone_number: '+70000000000', first_name: 'Пётр' } });
  anna.post({ sticker: { file_id: 'x', emoji: '👍' } });
  anna.edit(first, 'раз, два, три');
  anna.post({ giveaway: { prizes: 1 } });
  telegram.raw({ message_reaction: { chat: { id: 5, type: 'private' } } });
  telegram.raw({ message: 'не сообщение' });
  telegram.groupMessage(-100, 'всем привет');
  telegram.groupMessage(-100, 'ещё раз');
  anna.write('конец');
  await telegram.idle();
  await runtime.idle();

  const lines = await runtime.messages('telegram', id, 0);
  const said = lines.filter(({ from }) => from === 'lead');
  expect(said.map(({ text }) => text ?? '')).toEqual([
    'раз \uFFFD два',
    'мой кот',
    '',
    '[геопозиция: 55.75,37.62] https://maps.google.com/?q=55.75,37.62',
    '[контакт: Пётр, +70000000000]',
    '[стикер 👍]',
    'раз, два, три',
    'конец',
  ]);
  expect(said[6]).toMatchObject({ edits: `m${first}` });
  const log = (await runtime.leadLog('telegram', id, 0)).map(({ entry }) => (entry as { text: string }).text);
  expect(log).toContain('лид прислал то, чего бот не понимает (message)');
  expect(await runtime.leadLog('telegram', '-100', 0)).toHaveLength(1);

  // The address says where the file is, and nothing that opens anything else.
  const [photo, page] = said.flatMap(({ attachments = [] }) => attachments);
  expect(photo).toMatchObject({ type: 'image', name: 'photo.jpg', size: png.length });
  expect(JSON.stringify(lines)).not.toContain(telegram.token.split(':')[1]);
  const ours = (url = ''): string => url.replace('https://bot.example.com/here', String(runtime.url));
  const got = await fetch(ours(photo?.url));
  expect([got.status, got.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(Buffer.from(await got.arrayBuffer()).equals(png)).toBe(true);
  telegram.expireFiles();
  const part = await fetch(ours(photo?.url), { headers: { range: 'bytes=1000-1003' } });
  expect([part.status, part.headers.get('content-range'), (await part.arrayBuffer()).byteLength]).toEqual([
    206,
    `bytes 1000-1003/${png.length}`,
    4,
  ]);
  const script = await fetch(ours(page?.url));
  expect([script.headers.get('content-type'), script.headers.get('content-security-policy')]).toEqual([
    'application/octet-stream',
    "default-src 'none'; sandbox",
  ]);
  expect(script.headers.get('content-disposition')).toMatch(/^attachment; filename="page.png"/);
  const forged = ours(photo?.url).replace(/\/files\/.../, '/files/xyz');
  expect((await fetch(forged)).status).toBe(404);
  telegram.fault({ kind: 'error', code: 400, description: 'Bad Request: wrong file_id', methods: ['getFile'] });
  expect((await fetch(ours(photo?.url))).status).toBe(404);

  // All that is kept of a person can be shown, and goes.
  expect((await runtime.leadData('telegram', id))?.channel).toMatchObject({ unreadable: [{ what: 'message' }] });
  expect(await runtime.forgetLead('telegram', id)).toMatchObject({ underWay: false });
  expect(await runtime.leadData('telegram', id)).toBeUndefined();
});

test('what Telegram does not show as it is comes in a poorer form, and nothing of it is lost', async () => {
  const files = await startHttpServer(() => ({ headers: { 'content-type': 'text/plain' }, body: 'прайс' }));
  const long = `${'слово '.repeat(1_000)}${'🙂'.repeat(2_000)}`;
  const buttons = Array.from({ length: 101 }, (_, at) => [{ text: `Товар ${at}`, callback_data: String(at) }]);
  const says = [
    [long],
    ['много', buttons.slice(0, 100)],
    ['ссылка', [[{ text: 'Сайт', callback_data: 'site', url: 'http://localhost/' }]]],
    ['прайс', null, [{ type: 'file', url: `${files.url}/price.txt`, name: 'прайс.txt' }]],
    ['каталог', null, [{ type: 'image', url: 'http://127.0.0.1:1/none.jpg' }]],
    ['<b>важно</b>', null, null, { parse_mode: 'HTML', chat_id: 404 }],
    ['<b>не закрыто', null, null, { parse_mode: 'HTML' }],
  ];
  const script = says
    .map((args) => `bot.sendMessage(${args.map((arg) => JSON.stringify(arg)).join(', ')});`)
    .join('\n');
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url });
  const start = [{ code: 'start', commands: [{ type: 'run_javascript', file: 'say.js' }] }];
  const api = { allow: [{ url: `${files.url}/`, private: true }] };
  const runtime = await startRuntime(
    { scripts: start, files: { 'say.js': script } },
    { channels: { telegram: { driver } }, api },
  );
  const anna = telegram.person();
  anna.write('привет');
  await telegram.idle();
  await runtime.idle();
  const shown = anna.shown();
  const texts = shown.filter(({ text }) => /слово|🙂/u.test(text));
  expect(texts.length).toBeGreaterThan(2);
  expect(texts.every(({ text }) => text.length <= 4_096 && text.isWellFormed())).toBe(true);
  expect(
    texts
      .map(({ text }) => text)
      .join('')
      .replaceAll(' ', ''),
  ).toBe(long.replaceAll(' ', ''));
  const rest = shown.slice(texts.length);
  expect(rest.map(({ text, buttons: rows, file }) => [text, rows.length, file?.name ?? null])).toEqual([
    ['много', 100, null],
    ['ссылка\nСайт: http://localhost/', 0, null],
    ['прайс', 0, 'прайс.txt'],
    ['каталог\nhttp://127.0.0.1:1/none.jpg', 0, null],
    ['<b>важно</b>', 0, null],
    ['<b>не закрыто', 0, null],
  ]);
  const marks = telegram.requests('sendMessage').map(({ fields, status }) => [fields['parse_mode'] ?? '', status]);
  expect(marks.slice(-3)).toEqual([
    ['HTML', 200],
    ['HTML', 400],
    ['', 200],
  ]);
  expect(Buffer.from(rest[2]?.file?.bytes ?? []).toString()).toBe('прайс');
});

test('a 429 holds the whole channel back, a block its lead only until it writes, and a lost answer is repeated or not as the settings say', async () => {
  const clock = createSkippingClock();
  const { telegram, runtime } = await stand({}, { clock });
  const [anna, boris] = [telegram.person(), telegram.person()];
  const flood = {
    kind: 'error',
    code: 429,
    description: 'Too Many Requests: retry after 600',
    retryAfter: 600,
  } as const;
  telegram.fault({ ...flood, methods: ['sendMessage'], times: 1 });
  anna.write('раз');
  await telegram.idle();
  await runtime.idle();
  boris.write('раз');
  await telegram.idle();
  await runtime.idle();
  expect(telegram.requests('sendMessage')).toHaveLength(1);
  clock.skip(600_000);
  await Promise.all([anna.until(1), boris.until(1)]);

  boris.write('напомни');
  await telegram.idle();
  await runtime.idle();
  boris.block();
  await telegram.idle();
  await runtime.receive({ channel: 'telegram', externalId: String(boris.id), text: 'написано не из Telegram' });
  anna.write('два');
  await anna.until(2);
  await runtime.idle();
  clock.skip(61_000);
  await runtime.idle();
  expect(boris.shown()).toHaveLength(1);
  boris.unblock();
  boris.write('я вернулся');
  expect((await boris.until(4)).map(({ text }) => text).slice(1)).toEqual(['Понял', 'Вы не слышите', 'Понял']);
  await telegram.idle();
  await runtime.idle();
  clock.skip(31 * 60_000);
  expect((await boris.until(5)).at(-1)?.text).toBe('Напоминаю');

  telegram.fault({ kind: 'cut', when: 'after', methods: ['sendMessage'], times: 1 });
  anna.write('три');
  const pending = anna.until(4);
  await telegram.idle();
  await runtime.idle();
  clock.skip(10_000);
  expect((await pending).slice(2).map(({ text }) => text)).toEqual(['Понял', 'Понял']);

  const careful = await stand({ onUnknown: 'drop' });
  const vera = careful.telegram.person();
  careful.telegram.fault({ kind: 'cut', when: 'after', methods: ['sendMessage'], times: 1 });
  vera.write('раз');
  await vera.until(1);
  await careful.runtime.idle();
  vera.write('два');
  await vera.until(2);
  expect(vera.shown()).toHaveLength(2);
  const log = JSON.stringify(await careful.runtime.leadLog('telegram', String(vera.id), 0));
  expect(log).toContain('могло не дойти и не повторено');
});

test('one node polls; another goes on where it ended, and nothing is taken twice or lost', async () => {
  const clock = createSkippingClock();
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const storage = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => storage.close());
  const node = (): Promise<StartedRuntime> => {
    const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url });
    return startRuntime(BOT, { storage, clock, channels: { telegram: { driver } } });
  };
  const first = await node();
  const second = await node();
  const anna = telegram.person();
  anna.write('раз');
  await anna.until(1);
  await first.close();
  clock.skip(6_000);
  anna.write('два');
  await anna.until(2);
  await telegram.idle();
  await second.idle();
  expect((await second.chat(String(anna.id))).filter((line) => line.startsWith('lead'))).toEqual([
    'lead: раз',
    'lead: два',
  ]);
  // Telegram ends the poll of whoever polls first: with one poller there was never a conflict.
  expect(telegram.requests('getUpdates').filter(({ status }) => status === 409)).toEqual([]);

  // Somebody has set a webhook elsewhere: it is told, and polling goes on as soon as it is gone.
  const setWebhook = (url: string) =>
    fetch(`${telegram.url}/bot${telegram.token}/setWebhook?url=${encodeURIComponent(url)}`);
  await setWebhook('https://other.example/');
  anna.write('три');
  await setWebhook('');
  clock.skip(30_000);
  await anna.until(3);
});

test('a webhook takes what has the secret, whatever it holds, and refuses what has not', async () => {
  const secret = 'a-secret-of-this-test';
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const driver = telegramDriver({ token: telegram.token, baseUrl: telegram.url, mode: 'webhook', secret });
  const runtime = await startRuntime(BOT, { http: { port: 0 }, channels: { tg: { driver } } });
  const url = `${runtime.url}/webhook/channel/tg`;
  await driver.register(url, AbortSignal.timeout(5_000));
  expect(await driver.inspect(url, AbortSignal.timeout(5_000))).toMatchObject({
    account: '@test_bot',
    registered: url,
  });
  const anna = telegram.person();
  anna.write('привет');
  await anna.until(1);
  anna.press('Цены');
  await anna.until(2);
  await telegram.idle();
  expect(telegram.deliveries().map(({ status }) => status)).toEqual([200, 200]);

  const post = async (body: string | Uint8Array, token?: string): Promise<number> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { 'x-telegram-bot-api-secret-token': token }),
    };
    return (await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status;
  };
  expect([await post('{}'), await post('{}', 'a-secret-of-this-tesT')]).toEqual([401, 401]);
  const hostile = [
    '',
    '[',
    'null',
    '7',
    '{"update_id":1}',
    '{"update_id":"x"}',
    '['.repeat(5_000),
    new Uint8Array([0xff, 0xfe]),
  ];
  for (const body of [...hostile, 'я'.repeat(2_000_000)]) expect(await post(body, secret)).toBe(200);
  const update = JSON.stringify({
    update_id: 5,
    message: { message_id: 900, date: 1, chat: { id: 77, type: 'private' }, text: 'раз' },
  });
  expect([await post(update, secret), await post(update, secret)]).toEqual([200, 200]);
  await runtime.idle();
  expect((await runtime.messages('tg', '77', 0)).filter(({ from }) => from === 'lead')).toHaveLength(1);
  expect((await fetch(`${runtime.url}/webhook/channel/other`, { method: 'POST', body: '{}' })).status).toBe(404);
});
