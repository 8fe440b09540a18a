/** Leads write from MAX: the real runtime, the real driver, over HTTP to the local MAX. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { maxDriver, type MaxOptions } from '../../../runtime-shim/channels/max/max-driver.ts';
import { type MaxEmulator, startMaxEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { RuntimeOptions } from '../../../runtime-shim/runtime/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { ROOT } from '../../support/command.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { createSkippingClock } from '../../support/test-clock.ts';
import { startRuntime, type StartedRuntime } from '../../support/start-runtime.ts';

const BOT = {
  scripts: [
    {
      code: 'start',
      commands: [{ type: 'send_text', text: 'Здравствуйте, {{ $name }}!' }],
      menu: [{ code: '1', caption: 'Цены', script: 'prices' }],
    },
    { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
    { code: 'say', commands: [{ type: 'run_javascript', file: 'say.js' }] },
    { code: 'echo', type: 'fallback', commands: [{ type: 'send_text', text: 'Понял' }] },
  ],
  routes: [{ regex: '^покажи$', script: 'say' }],
};

async function localMax(options: Parameters<typeof startMaxEmulator>[0] = {}): Promise<MaxEmulator> {
  const max = await startMaxEmulator(options);
  onTestFinished(() => max.close());
  return max;
}

async function stand(
  max: MaxEmulator,
  settings: Partial<MaxOptions> = {},
  { say = '', ...options }: Partial<RuntimeOptions> & { readonly say?: string } = {},
): Promise<StartedRuntime> {
  const driver = maxDriver({ token: max.token, baseUrl: max.url, ...settings });
  const files = { 'say.js': say };
  return startRuntime({ ...BOT, files }, { http: { port: 0 }, channels: { max: { driver } }, ...options });
}

// Bounds a hang only: it runs from the file's beginning.
const signal = AbortSignal.timeout(600_000);

/** Looks again and again, between turns of the loop, until it is so. */
async function seen(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a person starts, presses, sends files and stops the bot; each press counts once, and files are opened by signed addresses', async () => {
  const max = await localMax();
  const port = await lastingPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const runtime = await stand(max, {}, { http: { port, publicUrl } });
  const url = `${publicUrl}/webhook/channel/max`;
  await maxDriver({ token: max.token, baseUrl: max.url }).register(url, signal);
  const anna = max.person(undefined, { first: 'Анна', last: 'Петрова' });
  const id = String(anna.id);
  anna.start();
  expect(await anna.until(1)).toMatchObject([{ text: 'Здравствуйте, Анна Петрова!', buttons: [['Цены']] }]);
  const press = anna.press('Цены');
  anna.pressAgain(press);
  expect((await anna.until(2))[1]?.text).toBe('Сто рублей');
  await max.idle();
  await runtime.idle();
  expect(anna.isAnswered(press)).toBe(true);
  expect(anna.shown()[0]).toMatchObject({ text: 'Здравствуйте, Анна Петрова!', buttons: [] });

  const said = anna.write('раз');
  anna.edit(said, 'раз, два');
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 7)]);
  anna.send({ kind: 'image', name: 'cat.png', bytes: png, caption: 'мой кот' });
  anna.send({ kind: 'video', name: 'film.mp4', bytes: Buffer.from('film') });
  const contact = { vcf_info: 'BEGIN:VCARD\r\nFN:Пётр\r\nTEL;TYPE=cell:+70000000000\r\nEND:VCARD' };
  anna.post({ attachments: [{ type: 'contact', payload: contact }] });
  anna.post({ attachments: [{ type: 'location', latitude: 55.75, longitude: 37.62 }] });
  anna.post({ text: null }, { type: 'forward', message: { mid: 'mid.1', seq: 1, text: 'чужое' } });
  anna.post({ attachments: [{ type: 'hologram' }] });
  max.raw({ update_type: 'user_added', timestamp: 5 });
  max.groupMessage(-70, 'всем привет');
  await max.idle();
  await runtime.idle();
  const lines = (await runtime.messages('max', id, 0)).filter(({ from }) => from === 'lead');
  expect(lines.map(({ text = '' }) => text)).toEqual([
    '/start',
    '1',
    'раз',
    'раз, два',
    'мой кот',
    '',
    '[контакт: Пётр, +70000000000]',
    '[геопозиция: 55.75,37.62] https://maps.google.com/?q=55.75,37.62',
    '[пересланное сообщение] чужое',
  ]);
  expect(lines[3]).toMatchObject({ edits: `m${said}` });
  const log = JSON.stringify(await runtime.leadLog('max', id, 0));
  expect(log).toContain('лид прислал то, чего бот не понимает (message_created)');
  expect(await runtime.leadLog('max', '-70', 0)).toHaveLength(1);
  const files = lines.flatMap(({ attachments = [] }) => attachments);
  max.expireFiles();
  const contents = await Promise.all(
    files.map(async (file) => Buffer.from(await (await fetch(file.url)).arrayBuffer())),
  );
  expect(contents.map(String)).toEqual([String(png), 'film']);
  expect(JSON.stringify(lines)).not.toContain(max.token);

  anna.block();
  await max.idle();
  const before = anna.shown().length;
  await runtime.receive({ channel: 'max', externalId: id, text: 'написано не из MAX' });
  await runtime.idle();
  expect(anna.shown()).toHaveLength(before);
  anna.start();
  expect((await anna.until(before + 2)).map(({ text }) => text).slice(before)).toEqual(['Понял', 'Понял']);
  const ready = (await (await fetch(`${publicUrl}/readyz`)).json()) as { channels: unknown };
  expect(ready.channels).toEqual({ max: { ready: true, reasons: [] } });
  expect(await (await fetch(`${publicUrl}/metrics`)).text()).toContain(
    'metabot_channel_messages_total{channel="max",direction="in",what="press"} 2',
  );

  const post = async (body: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(url, { method: 'POST', body, headers })).status;
  expect(await post('{}')).toBe(401);
  expect(await post('{}', { 'x-max-bot-api-secret': 'x'.repeat(43) })).toBe(401);
});

test('what MAX does not show as it is comes in a poorer form, files that it works on are waited for, and a lost answer doubles nothing', async () => {
  const files = await startHttpServer(({ url }) => ({
    headers: { 'content-type': url.endsWith('.png') ? 'image/png' : 'text/plain' },
    body: 'прайс',
  }));
  const buttons = [[{ text: 'Да', callback_data: 'я'.repeat(600) }]];
  const says = [
    ['картинка', buttons, [{ type: 'image', url: `${files.url}/a.png` }]],
    ['прайс', buttons, [{ type: 'file', url: `${files.url}/price.txt`, name: 'прайс.txt' }]],
    ['каталог', null, [{ type: 'image', url: 'http://127.0.0.1:1/none.jpg' }]],
    ['**важно**', null, null, { format: 'markdown', user_id: 404 }],
    ['Понял'],
    ['Понял'],
  ];
  const say = says.map((args) => `bot.sendMessage(${args.map((arg) => JSON.stringify(arg)).join(', ')});`).join('\n');
  const max = await localMax({ limits: false });
  const api = { allow: [{ url: `${files.url}/`, private: true }] };
  const runtime = await stand(max, { mode: 'poll' }, { say, api });
  const anna = max.person();
  anna.write('привет');
  await anna.until(1);
  max.fault({
    kind: 'error',
    status: 400,
    code: 'attachment.not.ready',
    message: 'wait',
    methods: ['POST /messages'],
    times: 1,
  });
  anna.write('покажи');
  const shown = (await anna.until(8)).slice(1);
  expect(shown.map(({ text, files: [file], buttons: rows }) => [text, file?.kind ?? null, rows.length])).toEqual([
    ['картинка', 'image', 1],
    ['', 'file', 0],
    ['прайс', null, 1],
    ['каталог\nhttp://127.0.0.1:1/none.jpg', null, 0],
    ['**важно**', null, 0],
    ['Понял', null, 0],
    ['Понял', null, 0],
  ]);
  expect(shown[1]?.files[0]).toMatchObject({ name: 'прайс.txt', bytes: new Uint8Array(Buffer.from('прайс')) });
  const sent = max.requests('POST /messages').map(({ query, body }) => ({ query, body: body as object }));
  expect(sent.every(({ query }) => query['user_id'] === String(anna.id))).toBe(true);
  expect(sent.find(({ body }) => 'format' in body)?.body).toMatchObject({ format: 'markdown', text: '**важно**' });
  anna.press('Да');
  await max.idle();
  await runtime.idle();
  expect((await runtime.messages('max', String(anna.id), 0)).findLast(({ from }) => from === 'lead')?.text).toBe(
    'я'.repeat(600),
  );

  // An answer is lost, once before the message is taken and once after it: one asks, and it comes once.
  for (const when of ['before', 'after'] as const) {
    const count = anna.shown().length;
    max.fault({ kind: 'cut', when, methods: ['POST /messages'], times: 1 });
    anna.write('ещё');
    await anna.until(count + 1);
    await max.idle();
    await runtime.idle();
    expect(
      anna
        .shown()
        .slice(count)
        .map(({ text }) => text),
    ).toEqual(['Понял']);
  }
  expect(max.requests('GET /messages').length).toBeGreaterThanOrEqual(2);

  // Somebody subscribes: polling is over until that is taken away.
  const driver = maxDriver({ token: max.token, baseUrl: max.url });
  await driver.register('https://other.example/', signal);
  const conflict: unknown = await driver.poll?.(null, 1, signal).catch((error: unknown) => error);
  expect(conflict).toMatchObject({ code: 'channel_conflict' });
});

test('a subscription that was made is renewed before MAX forgets it and restored when it has; one that never was is left alone', async () => {
  const clock = createSkippingClock();
  const max = await localMax({ clock });
  const storage = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => storage.close());
  const publicUrl = 'http://127.0.0.1:1';
  const url = `${publicUrl}/webhook/channel/max`;
  const node = (): Promise<StartedRuntime> => stand(max, {}, { storage, clock, http: { port: 0, publicUrl } });
  const asked = (count: number): Promise<void> => seen(() => max.requests('GET /subscriptions').length >= count);
  const posts = (): number => max.requests('POST /subscriptions').length;

  const first = await node();
  await asked(1);
  const reasons = async (): Promise<string> => JSON.stringify(await (await fetch(`${first.url}/readyz`)).json());
  await seen(async () => (await reasons()).includes('MAX posts nowhere'));
  expect(posts()).toBe(0);

  const driver = maxDriver({ token: max.token, baseUrl: max.url });
  await driver.register(url, signal);
  clock.skip(600_000);
  await seen(async () => !(await reasons()).includes('MAX posts'));
  expect(posts()).toBe(1);
  clock.skip(4 * 3_600_000);
  await seen(() => posts() === 2);
  await first.close();

  // Nobody is there for more than eight hours: MAX forgets us, and whoever starts again is told of.
  max.person().write('есть кто?');
  await seen(() => max.deliveries().length > 0);
  clock.skip(9 * 3_600_000);
  expect(max.subscriptions()).toEqual([]);
  await node();
  await seen(() => max.subscriptions().length > 0);
  expect(max.subscriptions()).toMatchObject([{ url }]);

  // Somebody else's is not taken over.
  await driver.register('https://other.example/hook?key=secret', signal);
  const before = posts();
  const looks = max.requests('GET /subscriptions').length;
  clock.skip(600_000);
  await asked(looks + 1);
  expect(posts()).toBe(before);
  expect(JSON.stringify(await driver.inspect(url, signal))).toContain(
    'MAX posts to https://other.example/hook, not to',
  );
});

test('the certificate of MAX is trusted by its own client, when it is told whose to trust, and by nobody else', async () => {
  const pem = (name: string): Promise<string> => readFile(join(ROOT, 'test/fixtures/tls', name), 'utf8');
  const [key, cert] = await Promise.all([pem('self-signed.key.pem'), pem('self-signed.cert.pem')]);
  const answers: Readonly<Record<string, string>> = {
    '/me': '{"user_id":1,"username":"my_bot"}',
    '/subscriptions': '{"subscriptions":[]}',
  };
  const server = await startHttpServer(({ url }) => ({ body: answers[url] ?? '{}' }), { key, cert });
  const baseUrl = server.url.replace('127.0.0.1', 'localhost');
  const trusting = maxDriver({ token: 'a-token', baseUrl, ca: cert });
  onTestFinished(() => trusting.close());
  expect(await trusting.inspect(null, signal)).toMatchObject({ account: '@my_bot' });
  expect(server.requests[0]?.headers['authorization']).toBe('a-token');
  const other = maxDriver({ token: 'a-token', baseUrl });
  onTestFinished(() => other.close());
  await expect(other.inspect(null, signal)).rejects.toThrow(/TLS certificate.*"ca" of the channel/);
  await expect(fetch(`${baseUrl}/me`)).rejects.toThrow('fetch failed');
});
