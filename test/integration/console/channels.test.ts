/** Channels put over HTTP while the server runs: people write to them, they rest, are removed, and pass from node to node. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { channelRegistryOf } from '../../../runtime-shim/cli/channel-registry-of.ts';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import { createRuntimeOf } from '../../../runtime-shim/cli/create-runtime-of.ts';
import type { TelegramEmulator } from '../../../runtime-shim/emulator/telegram/telegram-contract.ts';
import { startTelegramEmulator } from '../../../runtime-shim/emulator/telegram/telegram-emulator.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import { type ConsoleStand, startConsole, VIEWER_TOKEN } from '../../support/console-stand.ts';
import { watchedLogger } from '../../support/watched-logger.ts';

const VIEWER = { authorization: `Bearer ${VIEWER_TOKEN}` };
const PATIENCE = { timeout: 60_000 };
const LONG = { timeout: 180_000 };
const SECRET = 'secret-of-the-webhook-of-telegram';
const BOT = {
  id: 'support',
  scripts: [
    { code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] },
    { code: 'operator', commands: [{ type: 'forward_to_operator' }] },
    { code: 'echo', type: 'fallback', commands: [{ type: 'send_text', text: 'Понял' }] },
  ],
  routes: [{ regex: '^оператор$', script: 'operator' }],
};

let stand: ConsoleStand;
let telegram: TelegramEmulator;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
  stand = await startConsole({
    bot: BOT,
    http: { publicUrl: 'https://bot.example.com' },
    channels: { site: { kind: 'widget' } },
    secretKey: '0f'.repeat(32),
  });
  const webhook = { publicUrl: stand.url, key: 'a-key-of-some-length' };
  const { token, url } = stand.emulator;
  await stand.plugin.bindings.put({ token, baseUrl: url, webhook });
});
afterAll(async () => {
  await stand.close();
  await telegram.close();
});

interface View {
  readonly code: string;
  readonly version: number;
  readonly state: string;
  readonly waiting: number;
}
const settings = (more: object = {}) => ({ kind: 'telegram', token: telegram.token, baseUrl: telegram.url, ...more });
const find = async (code: string): Promise<View | undefined> => {
  const { body } = await stand.ask('GET', '/channels', undefined, VIEWER);
  return (body['channels'] as View[]).find((one) => one.code === code);
};
const put = async (code: string, channel: object, version = 0) =>
  await stand.ask('PUT', `/channels/${code}`, { channel, version });

test('a messenger is added, answers, rests, is changed and removed, without a restart', LONG, async () => {
  const wrong = await put('tg', { kind: 'telegram', token: 'none', mode: 'webhook', colour: 'red' });
  expect(wrong.status).toBe(400);
  const { fields } = wrong.body['error'] as { readonly fields: ReadonlyArray<{ readonly path: string }> };
  expect(fields.map(({ path }) => path).toSorted()).toEqual(['channel', 'channel.secret', 'channel.token']);

  const added = await put('tg', settings());
  expect(added.body['channel']).toMatchObject({
    code: 'tg',
    source: 'stored',
    state: 'active',
    tokenEnd: telegram.token.slice(-4),
    secrets: ['token'],
  });
  const anna = telegram.person(undefined, { first: 'Анна' });
  anna.write('/start');
  expect((await anna.until(1)).map(({ text }) => text)).toEqual(['Здравствуйте!']);
  const checked = await stand.ask('POST', '/channels/tg/check', {});
  expect(checked.body).toMatchObject({ account: `@${telegram.username}` });

  // At rest nothing is fetched and nothing is sent; what came and what was said is not lost.
  const resting = await put(
    'tg',
    { kind: 'telegram', baseUrl: telegram.url, rests: true },
    (await find('tg'))?.version,
  );
  expect(resting.body['channel']).toMatchObject({ state: 'rests' });
  await stand.runtime.receive({ channel: 'tg', externalId: String(anna.id), text: 'из другого места' });
  await expect.poll(async () => (await find('tg'))?.waiting, PATIENCE).toBe(1);
  anna.write('пока никого');
  expect(anna.shown()).toHaveLength(1);
  const late = await put('tg', settings(), 1);
  expect(late.status).toBe(409);
  expect(late.body['error']).toMatchObject({ code: 'channel_changed', current: { code: 'tg', state: 'rests' } });
  await put('tg', settings({ rests: false }), (await find('tg'))?.version);
  expect((await anna.until(3)).map(({ text }) => text)).toEqual(['Здравствуйте!', 'Понял', 'Понял']);

  // Removed: the operator's dialog goes back to the bot, and what is said from then on reaches nobody.
  const lead = { botId: 'support', channel: 'tg', externalId: String(anna.id) };
  anna.write('оператор');
  await expect.poll(async () => (await stand.plugin.dialog(lead)).mode, PATIENCE).toBe('waiting');
  expect((await stand.ask('GET', '/channels/tg/open')).body).toMatchObject({ dialogs: 1, more: false });
  const removed = await stand.ask('DELETE', '/channels/tg');
  expect(removed.body).toEqual({ ok: true, webhook: 'none' });
  await expect.poll(async () => (await stand.plugin.dialog(lead)).mode, PATIENCE).toBe('bot');
  expect((await stand.ask('DELETE', '/channels/tg')).status).toBe(404);
  expect((await stand.ask('POST', '/channels/tg/check', {})).status).toBe(404);
  expect(await find('tg')).toMatchObject({ state: 'removed' });
  const other = await put('tg', settings({ token: '1:of-another-bot-of-telegram' }));
  expect(other.body['error']).toMatchObject({ code: 'channel_of_another' });
  anna.write('кто-нибудь?');
  const known = anna.shown().length;
  await put('tg', settings());
  await anna.until(known + 1);

  // One whose events are posted here; whatever was fetched before is confirmed, so that nothing is posted anywhere.
  await telegram.idle();
  const posted = await put('tg', settings({ mode: 'webhook', secret: SECRET }), (await find('tg'))?.version);
  expect(posted.body['channel']).toMatchObject({ webhookUrl: 'https://bot.example.com/webhook/channel/tg' });
  await stand.ask('POST', '/channels/tg/webhook', {});
  const update = {
    update_id: 900_000_000,
    message: {
      message_id: 900,
      date: 1,
      chat: { id: 5, type: 'private' },
      from: { id: 5, is_bot: false, first_name: 'Б' },
      text: 'да',
    },
  };
  const answer = await fetch(`${stand.url}/webhook/channel/tg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': SECRET },
    body: JSON.stringify(update),
  });
  expect(answer.status).toBe(200);
  await telegram.person(5).until(1);
  expect((await stand.ask('DELETE', '/channels/tg')).body).toEqual({ ok: true, webhook: 'removed' });

  const audit = await stand.ask('GET', '/audit?limit=50');
  const deeds = (
    audit.body['entries'] as ReadonlyArray<{ readonly what: string; readonly about: unknown }>
  ).toReversed();
  expect(deeds.slice(0, 3)).toMatchObject([
    { what: 'channel_added', about: { channel: 'tg', keys: ['token'] } },
    { what: 'channel_changed', about: { channel: 'tg', keys: ['rests'] } },
    { what: 'channel_changed', about: { channel: 'tg', keys: ['rests', 'token'] } },
  ]);
  expect(deeds.map(({ what }) => what)).toContain('channel_removed');
  const refused = [
    await stand.ask('PUT', '/channels/x', { channel: {}, version: 0 }, VIEWER),
    await stand.ask('DELETE', '/channels/site'),
    await put('site', settings()),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 409, 409]);
  const support = await stand.ask('GET', '/support');
  const said = JSON.stringify([wrong, added, resting, late, posted, removed, audit, support].map(({ body }) => body));
  for (const secret of [telegram.token, SECRET]) expect(said).not.toContain(secret);
});

test('two nodes know a channel within seconds, and one polls on where the other ended', LONG, async () => {
  const messenger = await startTelegramEmulator();
  const { storage } = stand;
  const clock = systemClock;
  const logger = watchedLogger();
  const folder = stand.folder;
  const config = configSchema.parse({ bot: folder, secretKey: '0f'.repeat(32) });
  const parts = {
    storage,
    clock,
    logger,
    bots: [{ id: 'support' }],
    plugin: () => stand.plugin,
    onSecret: () => undefined,
  };
  const storedChannels = channelRegistryOf(config, parts);
  const second = await createRuntimeOf(config, { storage, clock, logger, parts: { storedChannels } });
  onTestFinished(() => messenger.close());
  onTestFinished(() => second.close());
  await second.start();
  await stand.ask('PUT', '/channels/both', {
    channel: { kind: 'telegram', token: messenger.token, baseUrl: messenger.url },
    version: 0,
  });
  await expect.poll(async () => (await second.ready()).channels, PATIENCE).toHaveProperty('both');
  const boris = messenger.person(undefined, { first: 'Борис' });
  boris.write('раз');
  await boris.until(1);
  await stand.runtime.close();
  boris.write('два');
  expect((await boris.until(2)).map(({ text }) => text)).toEqual(['Здравствуйте!', 'Понял']);
});
