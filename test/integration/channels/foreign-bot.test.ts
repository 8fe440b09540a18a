/** The local Telegram is proved by a client that nobody here wrote: a small bot on grammY, by polling and by webhook. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bot, GrammyError, InlineKeyboard, InputFile, webhookCallback } from 'grammy';
import { expect, onTestFinished, test } from 'vitest';
import { startTelegramEmulator, type TelegramEmulator } from '../../../runtime-shim/emulator/index.ts';

async function localTelegram(): Promise<TelegramEmulator> {
  const telegram = await startTelegramEmulator({ username: 'echo_bot' });
  onTestFinished(() => telegram.close());
  return telegram;
}

/** Repeats what it is told, with a button that says so. */
function echoBot({ token, url }: TelegramEmulator): Bot {
  const bot = new Bot(token, { client: { apiRoot: url } });
  bot.on('message:text', async (context) => {
    await context.reply(`эхо: ${context.msg.text}`, { reply_markup: new InlineKeyboard().text('Ещё', 'again') });
  });
  bot.on('message:photo', async (context) => {
    const { file_path: path = '' } = await context.getFile();
    const bytes = new Uint8Array(await (await fetch(`${url}/file/bot${token}/${path}`)).arrayBuffer());
    await context.replyWithDocument(new InputFile(bytes, 'back.jpg'), { caption: `${bytes.byteLength} байт` });
  });
  bot.callbackQuery('again', async (context) => {
    await context.answerCallbackQuery();
    await context.editMessageReplyMarkup();
    await context.reply('ещё раз');
  });
  return bot;
}

async function talk(telegram: TelegramEmulator): Promise<void> {
  const anna = telegram.person();
  anna.write('раз');
  anna.write('два');
  expect((await anna.until(2)).map(({ text, buttons }) => [text, buttons])).toEqual([
    ['эхо: раз', [['Ещё']]],
    ['эхо: два', [['Ещё']]],
  ]);
  const press = anna.press('Ещё');
  anna.send({ kind: 'photo', name: 'cat.jpg', bytes: new Uint8Array([0xff, 0xd8, 0xff, 1, 2]) });
  const shown = await anna.until(4);
  expect(shown.map(({ text }) => text).toSorted()).toEqual(['5 байт', 'ещё раз', 'эхо: два', 'эхо: раз']);
  expect(anna.isAnswered(press)).toBe(true);
  expect(shown[1]?.buttons).toEqual([]);
  expect(shown.find(({ file }) => file !== undefined)?.file).toMatchObject({ kind: 'document', name: 'back.jpg' });
  await telegram.idle();
}

test('grammY serves people of the local Telegram by polling, and is told what Telegram refuses', async () => {
  const telegram = await localTelegram();
  const bot = echoBot(telegram);
  const started = Promise.withResolvers<void>();
  const polling = bot.start({ onStart: () => started.resolve() });
  await started.promise;
  expect(bot.botInfo.username).toBe('echo_bot');
  await talk(telegram);

  const refused = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((thrown: unknown) => thrown);
    return error instanceof GrammyError ? `${error.error_code} ${error.description}` : String(error);
  };
  const boris = telegram.person();
  const long = new InlineKeyboard().text('x', 'я'.repeat(33));
  expect(await refused(bot.api.sendMessage(boris.id, 'x', { reply_markup: long }))).toBe(
    '400 Bad Request: BUTTON_DATA_INVALID',
  );
  expect(await refused(bot.api.sendMessage(boris.id, 'x'.repeat(4_097)))).toBe('400 Bad Request: message is too long');
  expect(await refused(bot.api.sendMessage(404, 'x'))).toBe('400 Bad Request: chat not found');
  boris.block();
  expect(await refused(bot.api.sendMessage(boris.id, 'x'))).toBe('403 Forbidden: bot was blocked by the user');
  const error = { kind: 'error', code: 429, description: 'Too Many Requests: retry after 7', retryAfter: 7 } as const;
  telegram.fault({ ...error, methods: ['sendMessage'], times: 1 });
  const flood: unknown = await bot.api.sendMessage(boris.id, 'x').catch((thrown: unknown) => thrown);
  expect(flood).toMatchObject({ error_code: 429, parameters: { retry_after: 7 } });

  // A second one that polls ends the first, as at Telegram.
  const ended = polling.catch((thrown: unknown) => thrown);
  await new Bot(telegram.token, { client: { apiRoot: telegram.url } }).api.getUpdates({ timeout: 0 });
  expect(await ended).toMatchObject({ error_code: 409 });
});

test('grammY serves people of the local Telegram by webhook, whose secret it checks', async () => {
  const telegram = await localTelegram();
  const bot = echoBot(telegram);
  const secretToken = 'the-secret-of-this-test';
  const handle = webhookCallback(bot, 'http', { secretToken });
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await bot.api.setWebhook(url, { secret_token: secretToken });
  expect(await bot.api.getWebhookInfo()).toMatchObject({ url, pending_update_count: 0 });
  await talk(telegram);
  expect(new Set(telegram.deliveries().map(({ status }) => status))).toEqual(new Set([200]));

  await bot.api.setWebhook(url, { secret_token: 'another-secret-of-it' });
  telegram.person().write('кто там?');
  let told: string | undefined;
  while (told === undefined) told = (await bot.api.getWebhookInfo()).last_error_message;
  expect(told).toContain('401');
});
