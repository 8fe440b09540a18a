/** Leads write from VK: the real runtime, the real driver, over HTTP to the local VK. */
import { expect, onTestFinished, test } from 'vitest';
import { vkDriver } from '../../../runtime-shim/channels/vk/vk-driver.ts';
import { startVkEmulator, type VkEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { RuntimeOptions } from '../../../runtime-shim/runtime/contract.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { createSkippingClock } from '../../support/test-clock.ts';
import { startRuntime, type StartedRuntime } from '../../support/start-runtime.ts';

const SECRET = 'a-secret-of-this-test';

const BOT = {
  scripts: [
    {
      code: 'start',
      commands: [{ type: 'send_text', text: 'Здравствуйте!' }],
      menu: [
        { code: '1', caption: 'Цены', script: 'prices' },
        {
          code: 'о-компании-и-обо-всём-что-мы-делаем-с-самого-начала-и-до-сегодняшнего-дня',
          caption: 'О нас',
          script: 'prices',
        },
      ],
    },
    { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
    { code: 'say', commands: [{ type: 'run_javascript', file: 'say.js' }] },
    { code: 'echo', type: 'fallback', commands: [{ type: 'send_text', text: 'Понял' }] },
  ],
  routes: [{ regex: '^покажи$', script: 'say' }],
};

async function localVk(options: Parameters<typeof startVkEmulator>[0] = {}): Promise<VkEmulator> {
  const vk = await startVkEmulator(options);
  onTestFinished(() => vk.close());
  return vk;
}

async function stand(
  vk: VkEmulator,
  mode: 'poll' | 'webhook',
  { say = '', ...options }: Partial<RuntimeOptions> & { readonly say?: string } = {},
): Promise<StartedRuntime> {
  const { token, group, confirmation, url: baseUrl } = vk;
  const driver = vkDriver({ token, group, confirmation, secret: SECRET, baseUrl, mode });
  return startRuntime({ ...BOT, files: { 'say.js': say } }, { channels: { vk: { driver } }, ...options });
}

// Bounds a hang only: it runs from the file's beginning.
const signal = AbortSignal.timeout(600_000);

test('a community confirms its address, a person writes, presses and sends files; events that come twice count once', async () => {
  const vk = await localVk();
  const port = await lastingPort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const url = `${publicUrl}/webhook/channel/vk`;
  const { token, group, confirmation, url: baseUrl } = vk;
  const runtime = await stand(vk, 'webhook', { http: { port, publicUrl } });
  const driver = vkDriver({ token, group, confirmation, secret: SECRET, baseUrl });
  await driver.register(url, signal);
  const inspected = await driver.inspect(url, signal);
  expect(inspected).toMatchObject({ account: `@club${group}`, registered: url });
  expect(inspected.checks.map(({ ok }) => ok)).toEqual([true, true, true, true]);

  const anna = vk.person();
  const id = String(anna.id);
  const first = anna.write('привет');
  expect(await anna.until(1)).toMatchObject([{ text: 'Здравствуйте!', buttons: [['Цены'], ['О нас']] }]);
  vk.repeat();
  const press = anna.press('О нас');
  await anna.until(2);
  await vk.idle();
  await runtime.idle();
  expect(anna.isAnswered(press)).toBe(true);
  expect(anna.shown().map(({ text }) => text)).toEqual(['Здравствуйте!', 'Сто рублей']);
  // VK tells no names: they are asked for once.
  expect((await runtime.lead('vk', id))?.lead.name).toBe('Анна');
  expect(vk.requests('users.get').length).toBe(1);

  anna.edit(first, 'привет, бот');
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 7)]);
  anna.send({ kind: 'photo', name: 'cat.png', bytes: png, caption: 'мой кот' });
  anna.send({ kind: 'audio_message', name: 'voice.ogg', bytes: Buffer.from('voice') });
  anna.post({ attachments: [{ type: 'sticker', sticker: { sticker_id: 1 } }] });
  anna.post({ attachments: [{ type: 'video', video: { owner_id: -1, id: 5, title: 'Фильм' } }] });
  anna.post({ geo: { type: 'point', coordinates: { latitude: 55.75, longitude: 37.62 } } });
  anna.post({ fwd_messages: [{ text: 'чужое', from_id: 7, date: 1 }] });
  vk.raw({ type: 'message_new', object: { message: { peer_id: anna.id, from_id: anna.id } } });
  vk.groupMessage(3, 'всем привет');
  await vk.idle();
  await runtime.idle();
  const lines = (await runtime.messages('vk', id, 0)).filter(({ from }) => from === 'lead');
  expect(lines.map(({ text = '' }) => text)).toEqual([
    'привет',
    'о-компании-и-обо-всём-что-мы-делаем-с-самого-начала-и-до-сегодняшнего-дня',
    'привет, бот',
    'мой кот',
    '',
    '[стикер]',
    '[видео: Фильм] https://vk.com/video-1_5',
    '[геопозиция: 55.75,37.62] https://maps.google.com/?q=55.75,37.62',
    '[пересланное сообщение] чужое',
  ]);
  expect(lines[2]).toMatchObject({ edits: `m${first}` });
  expect(await runtime.leadLog('vk', '2000000003', 0)).toHaveLength(1);
  vk.expireFiles();
  const files = lines.flatMap(({ attachments = [] }) => attachments);
  const contents = await Promise.all(
    files.map(async (file) => Buffer.from(await (await fetch(file.url)).arrayBuffer())),
  );
  expect(contents.map(String)).toEqual([String(png), 'voice']);
  const doc = (n: number) => ({ type: 'doc', doc: { id: n, owner_id: 1, title: `${n}.pdf`, url: files[0]?.url } });
  anna.post({ fwd_messages: [{ attachments: Array.from({ length: 22 }, (_, n) => doc(n)) }] });
  await vk.idle();
  await runtime.idle();
  const [many] = (await runtime.messages('vk', id, 0)).filter(({ from }) => from === 'lead').slice(-1);
  expect(many?.attachments).toHaveLength(20);
  expect(many?.text).toBe('[файл: 20.pdf]\n[файл: 21.pdf]');
  const log = (await runtime.leadLog('vk', id, 0)).map(({ entry }) => entry);
  const text = 'в сообщении лида больше 20 файлов: от остальных остались строки';
  expect(log).toContainEqual(expect.objectContaining({ level: 'warn', text }));
  expect(new Set(vk.deliveries().map(({ body }) => body))).toEqual(new Set(['ok']));

  anna.block();
  await vk.idle();
  const before = anna.shown().length;
  await runtime.receive({ channel: 'vk', externalId: id, text: 'написано не из VK' });
  await runtime.idle();
  expect(anna.shown()).toHaveLength(before);
  anna.unblock();
  expect((await anna.until(before + 1)).at(-1)?.text).toBe('Понял');

  const post = async (event: object): Promise<string> => {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ group_id: group, ...event }) });
    return `${answer.status} ${await answer.text()}`;
  };
  expect(await post({ type: 'confirmation' })).toBe(`200 ${confirmation}`);
  expect(await post({ type: 'message_new' })).toBe('403 secret');
  expect(await post({ type: 'message_new', secret: `${SECRET}!` })).toBe('403 secret');
  expect(await post({ type: 'confirmation', group_id: 1 })).toBe('403 secret');
  expect(await post({ type: 'wall_post_new', secret: SECRET, object: {} })).toBe('200 ok');
});

/** What an author may say of a message, and what would reach somebody else, show what others wrote, or name another account. */
const TO_OTHERS = {
  dont_parse_links: 1,
  peer_id: 404,
  peer_ids: '404,405',
  user_id: 404,
  domain: 'somebody',
  forward_messages: '1,2',
  access_token: 'another',
  v: '4.0',
};

test('by long poll a lead is served through ended keys and lost history, and a lost answer doubles nothing', async () => {
  const files = await startHttpServer(() => ({ headers: { 'content-type': 'text/plain' }, body: 'прайс' }));
  const buttons = Array.from({ length: 11 }, (_, at) => [{ text: `Товар ${at}`, callback_data: String(at) }]);
  const link = [[{ text: 'Сайт', callback_data: 'site', url: 'http://localhost/' }]];
  const says = [
    ['кот', [[{ text: 'Да', callback_data: 'да' }]], [{ type: 'image', url: `${files.url}/a.png` }]],
    ['прайс', null, [{ type: 'file', url: `${files.url}/price.txt`, name: 'прайс.txt' }]],
    ['песня', null, [{ type: 'audio', url: `${files.url}/song.mp3` }]],
    ['много', buttons],
    ['ссылка', link],
    ['тихо', null, null, TO_OTHERS],
  ];
  const say = says.map((args) => `bot.sendMessage(${args.map((arg) => JSON.stringify(arg)).join(', ')});`).join('\n');
  const clock = createSkippingClock();
  const vk = await localVk();
  const driver = vkDriver({ token: vk.token, group: vk.group, baseUrl: vk.url, mode: 'poll' });
  expect((await driver.inspect(null, signal)).checks.filter(({ ok }) => !ok)).toMatchObject([{ name: 'longPoll' }]);
  await driver.register(null, signal);
  const api = { allow: [{ url: `${files.url}/`, private: true }] };
  const runtime = await stand(vk, 'poll', { say, api, clock });
  while (vk.requests('groups.getLongPollServer').length === 0) await new Promise((resolve) => setImmediate(resolve));
  const anna = vk.person();
  anna.write('привет');
  await anna.until(1);
  anna.write('покажи');
  const shown = (await anna.until(7)).slice(1);
  expect(shown.map(({ text, files: [file], buttons: rows }) => [text, file?.kind ?? null, rows.length])).toEqual([
    ['кот', 'photo', 1],
    ['прайс', 'doc', 0],
    [`песня\n${files.url}/song.mp3`, null, 0],
    [['много', ...buttons.flat().map(({ text, callback_data: data }) => `${data} ${text}`)].join('\n'), null, 0],
    ['ссылка\nСайт: http://localhost/', null, 0],
    ['тихо', null, 0],
  ]);
  expect(shown[1]?.files[0]).toMatchObject({ name: 'прайс.txt', bytes: new Uint8Array(Buffer.from('прайс')) });
  await runtime.idle();
  const { dont_parse_links: parsed, ...fields } = vk.requests('messages.send').at(-1)?.fields ?? {};
  expect(parsed).toBe('1');
  // With another token it had been refused.
  expect(fields).toMatchObject({ peer_id: String(anna.id), v: '5.199' });
  for (const field of ['peer_ids', 'user_id', 'domain', 'forward_messages']) expect(fields).not.toHaveProperty(field);

  // The answer is lost, once before the message is taken and once after it: it goes again, and VK shows it once.
  for (const when of ['before', 'after'] as const) {
    const count = anna.shown().length;
    const tries = vk.requests('messages.send').length;
    vk.fault({ kind: 'cut', when, methods: ['messages.send'], times: 1 });
    anna.write('ещё');
    while (vk.requests('messages.send').length < tries + 1) await new Promise((resolve) => setImmediate(resolve));
    await vk.idle();
    await runtime.idle();
    clock.skip(30_000);
    while (vk.requests('messages.send').length < tries + 2) {
      signal.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await runtime.idle();
    const ids = vk
      .requests('messages.send')
      .slice(-2)
      .map(({ fields }) => fields['random_id']);
    expect(ids[0]).toBe(ids[1]);
    expect(
      anna
        .shown()
        .slice(count)
        .map(({ text }) => text),
    ).toEqual(['Понял']);
  }

  // A key ends, and history is lost: what comes from then on is served.
  for (const kind of [2, 1, 3] as const) {
    const polls = vk.requests('long poll').length;
    const count = anna.shown().length;
    vk.failPolls(kind);
    while (vk.requests('long poll').length <= polls) await new Promise((resolve) => setImmediate(resolve));
    const places = vk.requests('groups.getLongPollServer').length;
    if (kind !== 1) {
      const wanted = kind === 2 ? 2 : 3;
      while (vk.requests('groups.getLongPollServer').length < wanted)
        await new Promise((resolve) => setImmediate(resolve));
    }
    expect(places).toBeGreaterThan(0);
    anna.write(`после ${kind}`);
    await anna.until(count + 1);
  }
  await vk.idle();
  await runtime.idle();
  const said = (await runtime.messages('vk', String(anna.id), 0)).filter(({ from }) => from === 'lead');
  expect(said.map(({ text }) => text).slice(-3)).toEqual(['после 2', 'после 1', 'после 3']);
});
