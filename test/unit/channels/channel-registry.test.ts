/** Channels that are put while servers run: what storage keeps of them, what is refused, and what several nodes know. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createMemoryStorage, type Storage } from '../../../plugin/storage/index.ts';
import type { ChannelRegistry } from '../../../runtime-shim/channels/channel-registry.ts';
import type { ChannelOptions } from '../../../runtime-shim/channels/channel.ts';
import { channelRegistryOf } from '../../../runtime-shim/cli/channel-registry-of.ts';
import { configSchema } from '../../../runtime-shim/cli/config/config-schema.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { watchedLogger } from '../../support/watched-logger.ts';

const TOKEN = '700:token-of-the-bot-of-the-shop';
const PROXY_PASSWORD = 'word-of-the-proxy';
const TELEGRAM = { kind: 'telegram', token: TOKEN };
const GIVEN = { site: { kind: 'widget' }, file: { kind: 'telegram', token: '800:token-of-the-file' } };

interface Node {
  readonly registry: ChannelRegistry;
  /** What is at work: options by code. */
  readonly atWork: ReadonlyMap<string, ChannelOptions>;
  readonly secrets: readonly string[];
}

/** A storage that several nodes share, and a clock that stands. */
function place(): { readonly storage: Storage; readonly clock: TestClock } {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  onTestFinished(() => storage.close());
  return { storage, clock };
}

async function node(
  { storage, clock }: { readonly storage: Storage; readonly clock: TestClock },
  more: { readonly secretKey?: string; readonly open?: string[] } = {},
): Promise<Node> {
  const { secretKey, open = [] } = more;
  const config = configSchema.parse({ bot: 'bot', channels: GIVEN, ...(secretKey === undefined ? {} : { secretKey }) });
  const secrets: string[] = [];
  const plugin = {
    openDialogs: async () =>
      open.map((externalId) => ({
        id: externalId,
        lead: { botId: 'support', channel: 'tg', externalId },
        binding: 'main',
        mode: 'operator' as const,
        operator: null,
        group: null,
        since: 1,
      })),
    accept: async (events: readonly { readonly type: string; readonly lead: { readonly externalId: string } }[]) => {
      for (const { type, lead } of events) {
        if (type === 'ReturnRequested') open.splice(open.indexOf(lead.externalId), 1);
      }
      return [];
    },
  };
  const registry = channelRegistryOf(config, {
    storage,
    clock,
    logger: watchedLogger(),
    bots: [{ id: 'support' }],
    plugin: () => plugin,
    onSecret: (secret) => void secrets.push(secret),
  });
  const atWork = new Map<string, ChannelOptions>();
  await registry.load((code, options) => {
    if (options === undefined) atWork.delete(code);
    else atWork.set(code, options);
  });
  onTestFinished(() => registry.stop());
  return { registry, atWork, secrets };
}

const fieldsOf = async (done: Promise<unknown>): Promise<readonly string[]> => {
  const error = await done.catch((thrown: unknown) => thrown as { readonly facts?: { readonly fields?: unknown } });
  const fields = (error as { facts?: { fields?: ReadonlyArray<{ path: string }> } }).facts?.fields ?? [];
  return fields.map(({ path }) => path).toSorted();
};

test('a channel is at work on every node; its secrets are sealed, kept when left out, and open with their key only', async () => {
  const shared = place();
  const secretKey = randomBytes(32).toString('base64');
  const [one, other] = [await node(shared, { secretKey }), await node(shared, { secretKey })];
  other.registry.start();
  const proxy = `http://user:${PROXY_PASSWORD}@proxy.example.com:3128`;
  await one.registry.put('tg', { ...TELEGRAM, proxy }, { version: 0 });
  expect([...one.atWork.keys()]).toEqual(['tg']);
  await expect.poll(() => [...other.atWork.keys()], { timeout: 20_000 }).toEqual(['tg']);
  for (const { secrets } of [one, other]) expect(secrets).toEqual(expect.arrayContaining([TOKEN, PROXY_PASSWORD]));
  const records = await shared.storage.read((tx) => tx.listRecords('stored_channels', { limit: 9 }));
  expect(JSON.stringify(records)).not.toMatch(/token-of|word-of/);
  expect(records).toHaveLength(1);

  const [known] = await one.registry.list();
  await one.registry.put('tg', { kind: 'telegram', proxy: null, rests: true }, { version: known?.version ?? 0 });
  expect(await one.registry.list()).toMatchObject([
    { code: 'tg', state: 'active', settings: { token: TOKEN, rests: true } },
  ]);
  expect((await one.registry.list())[0]?.settings).not.toHaveProperty('proxy');
  expect(one.atWork.get('tg')).toMatchObject({ rests: true });

  const stranger = await node(shared, { secretKey: randomBytes(32).toString('base64') });
  expect([...stranger.atWork.keys()]).toEqual([]);
  expect(stranger.registry.problems()).toHaveProperty('tg');
  expect(await stranger.registry.list()).toMatchObject([{ code: 'tg', state: 'unreadable' }]);
});

test('what was put without a key is sealed at the first start with one', async () => {
  const shared = place();
  await (await node(shared)).registry.put('tg', TELEGRAM, { version: 0 });
  const raw = async (): Promise<string> =>
    JSON.stringify(await shared.storage.read((tx) => tx.getRecord('stored_channels', 'tg')));
  expect(await raw()).toContain(TOKEN);
  const { atWork } = await node(shared, { secretKey: randomBytes(32).toString('hex') });
  expect(await raw()).not.toContain(TOKEN);
  expect([...atWork.keys()]).toEqual(['tg']);
});

test('all that is wrong is told at its field, and nothing of it is stored', async () => {
  const { registry } = await node(place());
  const wrong = {
    kind: 'telegram',
    token: 'none',
    mode: 'webhook',
    baseUrl: 'nowhere',
    watchSeconds: 1,
    bot: 'x',
    colour: 1,
  };
  expect(await fieldsOf(registry.put('кот и пёс', wrong, { version: 0 }))).toEqual([
    'channel',
    'channel.baseUrl',
    'channel.bot',
    'channel.mode',
    'channel.secret',
    'channel.token',
    'channel.watchSeconds',
    'code',
  ]);
  expect(await fieldsOf(registry.put('tg', { kind: 'pigeon' }, { version: 0 }))).toEqual(['channel.kind']);
  const max = {
    kind: 'max',
    token: 'token-of-max-bot',
    mode: 'poll',
    ca: '/etc/passwd',
    baseUrl: 'https://u:p@max.example.com',
  };
  expect(await fieldsOf(registry.put('max', max, { version: 0 }))).toEqual(['channel.baseUrl', 'channel.ca']);
  // The bot of a channel of the file, or of another stored one.
  expect(await fieldsOf(registry.put('tg', GIVEN.file, { version: 0 }))).toEqual(['channel.token']);
  expect(await registry.list()).toEqual([]);
});

test('a code stays its bot’s: also after a removal, which gives dialogs back; whoever is late sees it', async () => {
  const shared = place();
  const open = ['1', '2'];
  const { registry, atWork } = await node(shared, { open });
  const put = async (settings: object, version = 0, sameBot = false): Promise<string> =>
    await registry.put('tg', { ...settings }, { version, sameBot }).then(
      () => 'done',
      (error: unknown) => (error as { readonly code: string }).code,
    );
  expect(await put(TELEGRAM)).toBe('done');
  const [known] = await registry.list();
  const version = known?.version ?? 0;
  expect(await put({ ...TELEGRAM, token: '700:another-token-of-it' }, version)).toBe('done');
  expect(await put(TELEGRAM, version)).toBe('channel_changed');
  expect(await put(TELEGRAM)).toBe('channel_changed');
  const now = (await registry.list())[0]?.version ?? 0;
  expect(await put({ kind: 'telegram', token: '701:of-another-bot-here' }, now)).toBe('channel_of_another');
  expect(await put({ kind: 'max', token: 'of-another-messenger', mode: 'poll' }, now, true)).toBe('channel_of_another');
  for (const act of [registry.put('file', TELEGRAM, { version: 0 }), registry.remove('file')]) {
    await expect(act).rejects.toMatchObject({ code: 'channel_given' });
  }

  expect(await registry.remove('tg')).toBe(true);
  expect(await registry.remove('tg')).toBe(false);
  expect([...atWork.keys()]).toEqual([]);
  expect(open).toEqual(['1', '2']);
  await registry.list();
  expect(open).toEqual([]);
  // One that a node which had not heard of it gave away meanwhile.
  open.push('3');
  await shared.clock.advance(10_000);
  await registry.list();
  expect(open).toEqual([]);
  await shared.clock.advance(10_000);
  await registry.list();
  open.push('4');
  await registry.list();
  expect(open).toEqual(['4']);
  expect(await registry.list()).toMatchObject([{ code: 'tg', state: 'removed', settings: { kind: 'telegram' } }]);
  expect(await put({ kind: 'telegram', token: '701:of-another-bot-here' })).toBe('channel_of_another');
  expect(await put({ kind: 'telegram' })).toBe('channel_invalid');
  expect(await put(TELEGRAM)).toBe('done');
  expect([...atWork.keys()]).toEqual(['tg']);
});

test('a token of MAX does not tell whose it is: whoever changes it says that it is the same bot', async () => {
  const { registry } = await node(place());
  const of = (token: string) => ({ kind: 'max', token, mode: 'poll' });
  await registry.put('max', of('first-token-of-max'), { version: 0 });
  const [known] = await registry.list();
  const version = known?.version ?? 0;
  const second = registry.put('max', of('second-token-of-max'), { version });
  await expect(second).rejects.toMatchObject({ code: 'channel_of_another' });
  await registry.put('max', of('second-token-of-max'), { version, sameBot: true });
  expect(await registry.list()).toMatchObject([{ code: 'max', settings: { token: 'second-token-of-max' } }]);
});
