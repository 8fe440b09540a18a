/** The local MAX is proved by a client that nobody here wrote: a small bot on MAX's own library, by polling and by webhook. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot, Keyboard, MaxError } from '@maxhub/max-bot-api';
import { expect, onTestFinished, test } from 'vitest';
import { type MaxEmulator, startMaxEmulator } from '../../../runtime-shim/emulator/index.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2]);

async function localMax(): Promise<MaxEmulator> {
  // The library sends as fast as it can.
  const max = await startMaxEmulator({ username: 'echo_bot', limits: false });
  onTestFinished(() => max.close());
  return max;
}

/** Repeats what it is told, with a button that says so. */
function echoBot({ token, url }: MaxEmulator): Bot {
  const bot = new Bot(token, { clientOptions: { baseUrl: url } });
  const again = Keyboard.inlineKeyboard([[Keyboard.button.callback('Ещё', 'again')]]);
  bot.on('bot_started', async (context) => {
    await context.reply(`начали: ${context.startPayload}`);
  });
  bot.on('message_created', async (context) => {
    const [file] = context.message.body.attachments ?? [];
    if (file?.type !== 'image')
      return void (await context.reply(`эхо: ${context.message.body.text}`, { attachments: [again] }));
    const bytes = Buffer.from(await (await fetch(file.payload.url)).arrayBuffer());
    const back = await bot.api.uploadFile({ source: bytes });
    await context.reply(`${bytes.byteLength} байт`, { attachments: [back.toJson()] });
  });
  bot.action('again', async (context) => {
    await context.answerOnCallback({ message: { text: 'нажато', attachments: [] } });
    await context.reply('ещё раз');
  });
  return bot;
}

async function talk(max: MaxEmulator): Promise<void> {
  const anna = max.person();
  anna.start('из-письма');
  expect((await anna.until(1)).map(({ text }) => text)).toEqual(['начали: из-письма']);
  anna.write('раз');
  expect((await anna.until(2))[1]).toMatchObject({ text: 'эхо: раз', buttons: [['Ещё']] });
  const press = anna.press('Ещё');
  const shown = await anna.until(3);
  expect(shown.map(({ text, buttons }) => [text, buttons])).toEqual([
    ['начали: из-письма', []],
    ['нажато', []],
    ['ещё раз', []],
  ]);
  expect(anna.isAnswered(press)).toBe(true);
  anna.send({ kind: 'image', name: 'cat.png', bytes: PNG });
  expect((await anna.until(4))[3]).toMatchObject({ text: '6 байт', files: [{ kind: 'file', bytes: PNG }] });
  await max.idle();
}

test("MAX's own library serves people of the local MAX by polling, and is told what MAX refuses", async () => {
  const max = await localMax();
  const bot = echoBot(max);
  // Whoever polls has no subscription: the library takes all of them away.
  await bot.api.subscribe('https://other.example/', undefined, ['message_created']);
  const polling = bot.start();
  while (max.subscriptions().length > 0) await new Promise((resolve) => setImmediate(resolve));
  await talk(max);
  expect(bot.botInfo?.username).toBe('echo_bot');

  const refused = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((thrown: unknown) => thrown);
    return error instanceof MaxError ? `${error.status} ${error.code}` : String(error);
  };
  const boris = max.person();
  expect(await refused(bot.api.sendMessageToUser(boris.id, 'x'.repeat(4_001)))).toBe('400 proto.payload');
  const wide = Keyboard.inlineKeyboard([Array.from({ length: 8 }, () => Keyboard.button.callback('x', 'x'))]);
  expect(await refused(bot.api.sendMessageToUser(boris.id, 'x', { attachments: [wide] }))).toBe('400 proto.payload');
  expect(await refused(bot.api.sendMessageToUser(404, 'x'))).toBe('404 dialog.not.found');
  const error = { kind: 'error', status: 429, code: 'too.many.requests', message: 'wait', times: 1 } as const;
  max.fault({ ...error, methods: ['POST /messages'] });
  expect(await refused(bot.api.sendMessageToUser(boris.id, 'x'))).toBe('429 too.many.requests');
  boris.block();
  expect(await refused(bot.api.sendMessageToUser(boris.id, 'x'))).toBe('403 chat.denied');
  const { mid } = (await bot.api.sendMessageToUser(max.person().id, 'было')).body;
  await bot.api.editMessage(mid, { text: 'стало' });
  expect((await bot.api.getMessage(mid)).body.text).toBe('стало');
  bot.stopPolling();
  await polling;
});

test("MAX's own library serves people of the local MAX by webhook, whose secret it checks", async () => {
  const max = await localMax();
  const bot = echoBot(max);
  const secret = 'the-secret-of-this-test';
  const server = createServer(bot.webhookCallback({ domain: 'bot.example.com', path: '/hook', secret }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  await bot.api.subscribe(url, secret);
  expect((await bot.api.getSubscriptions()).map((one) => one.url)).toEqual([url]);
  await talk(max);
  expect(new Set(max.deliveries().map(({ status }) => status))).toEqual(new Set([200]));

  await bot.api.subscribe(url, 'another-secret-of-it');
  max.person().write('кто там?');
  while (max.deliveries().at(-1)?.status !== 404) await new Promise((resolve) => setImmediate(resolve));
});
