import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import { createLiveTexPlugin, type LiveTexPlugin } from '../../../plugin/index.ts';
import { createMemoryStorage, createSqliteStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { bindingOf, startDesk } from '../../support/desk.ts';
import { watchedLogger } from '../../support/watched-logger.ts';
import { useEmulator } from '../../support/emulator.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createSkippingClock, createTestClock } from '../../support/test-clock.ts';

/** Real processes and sockets on a busy machine. */
const PATIENCE = { timeout: 120_000 };

const BUYER: LeadRef = { botId: 'shop', channel: 'telegram', externalId: '7' };
const ADDRESS = 'https://bot.example.com';
const KEY = 'a-webhook-key-of-some-length';

const host: LiveTexHost = {
  attributes: { get: async () => ({ attributes: {} }) },
  hasScript: async () => false,
  runScript: async () => {},
  deliver: async () => {},
  setForwarded: async () => {},
};

interface PluginChange {
  readonly bindings?: readonly BindingInput[];
  readonly secretKey?: string;
  readonly host?: LiveTexHost;
}

async function pluginOn(storage: Storage, change: PluginChange = {}): Promise<LiveTexPlugin> {
  const plugin = await createLiveTexPlugin({ storage, bindings: [], host, ...change });
  onTestFinished(() => plugin.close());
  return plugin;
}

async function folderStorage(folder: string): Promise<Storage> {
  const storage = await createSqliteStorage(folder, { clock: systemClock });
  onTestFinished(() => storage.close());
  return storage;
}

const WITH_MENU: LiveTexHost = { ...host, menuCodes: () => new Map([['shop', ['1', 'Назад']]]) };

const idsOf = async ({ bindings }: LiveTexPlugin): Promise<string[]> => (await bindings.list()).map(({ id }) => id);

describe('bindings while the plugin runs', () => {
  it('one is put, mirrors and hands over; removed, it gives its dialog back with a reason and is gone', async () => {
    const clock = createSkippingClock();
    const lines: string[] = [];
    const logger = { ...watchedLogger(), warn: (line: string): void => void lines.push(line) };
    await using desk = await startDesk({ clock, logger, binding: { bots: ['support'] } });
    const { plugin, log } = desk.host;
    const second = await useEmulator({ operators: [{ id: 'olga', firstName: 'Ольга', status: 'online' }] });
    expect((await desk.host.plugin.accept([message('before', BUYER)]))[0]).toMatchObject({ verdict: 'unbound' });

    await plugin.bindings.put({ ...bindingOf(second, desk.server.url), id: 'shop', bots: ['shop'] });
    await plugin.setWebhook('shop');
    await desk.host.leadSays(BUYER, 'Где мой заказ?');
    await desk.host.askForOperator(BUYER);
    await expect.poll(async () => (await plugin.dialog(BUYER)).mode, PATIENCE).toBe('waiting');
    second.dialogs.read(userIdOf(BUYER), 'olga');
    await expect.poll(async () => (await plugin.dialog(BUYER)).mode, PATIENCE).toBe('operator');
    // Nothing of the dialogs of others is touched.
    await desk.toOperator(LEAD);

    await plugin.bindings.remove('shop');
    expect(await plugin.bindings.list()).toMatchObject([{ id: 'main' }, { id: 'shop', state: 'leaving' }]);
    await expect.poll(() => desk.host.chat(BUYER).at(-1), PATIENCE).toBe('notice: Оператор вернул диалог боту');
    await expect
      .poll(() => log.map(({ text }) => text), PATIENCE)
      .toContain('Подключение LiveTex «shop» удалено: диалог вернулся к боту');
    expect((await plugin.accept([message('after', BUYER)]))[0]).toMatchObject({ verdict: 'unbound' });
    // Said before it had a binding, and when it had lost it.
    expect(lines.filter((line) => line.startsWith('no LiveTex binding takes this bot'))).toHaveLength(2);
    await expect
      .poll(
        async () => {
          clock.skip(60_000);
          return await idsOf(plugin);
        },
        { timeout: 120_000 },
      )
      .toEqual(['main']);
    expect((await plugin.dialog(LEAD)).mode).toBe('operator');
    expect((await plugin.webhook('shop', Buffer.from('{}'), {})).status).toBe(404);
    expect(await plugin.storage.listDead({ limit: 10 })).toEqual([]);
  });

  it('they are there again after a restart; those of the options go before stored ones of the same id', async () => {
    const folder = temporaryStorageFolder();
    const first = await folderStorage(folder);
    const plugin = await pluginOn(first);
    const webhook = { publicUrl: ADDRESS, key: KEY };
    await plugin.bindings.put({ id: 'shop', token: 'token-of-shop', bots: ['shop'], webhook, maxTextLength: 500 });
    await plugin.bindings.put({ id: 'bank', token: 'token-of-bank', bots: ['bank'] });
    await plugin.close();
    await first.close();

    const again = await pluginOn(await folderStorage(folder), {
      bindings: [{ id: 'bank', token: 'token-of-file', bots: ['bank'], channelName: 'of the file' }],
    });
    const list = await again.bindings.list();
    expect(list).toMatchObject([
      { id: 'bank', source: 'given', state: 'active', settings: { channelName: 'of the file' } },
      { id: 'shop', source: 'stored', settings: { maxTextLength: 500, webhook: { publicUrl: ADDRESS } } },
    ]);
    expect(JSON.stringify(list)).not.toMatch(/token-of|a-webhook-key/);
    await expect(again.bindings.put({ id: 'bank', token: 'x' })).rejects.toMatchObject({ code: 'binding_given' });
    await expect(again.bindings.remove('bank')).rejects.toMatchObject({ code: 'binding_given' });
    await expect(again.bindings.remove('nobody')).rejects.toMatchObject({ code: 'binding_unknown' });
  });

  it('refuses a way back to the bot that a menu of its bots shows: at the start, when it is put, and when all are read again', async () => {
    const exit = { phrases: ['бот', 'назад.'], script: 'Возврат' };
    const binding = { id: 'shop', token: 'token-of-shop', exit };
    const problem = 'exit.phrases[1]: is a code of a menu of the bot "shop"';
    const storage = createMemoryStorage({ clock: systemClock });
    await expect(pluginOn(storage, { host: WITH_MENU, bindings: [binding] })).rejects.toThrow(`bindings[0].${problem}`);
    const plugin = await pluginOn(storage, { host: WITH_MENU });
    await expect(plugin.bindings.put(binding)).rejects.toThrow(`binding.${problem}`);
    await expect(plugin.bindings.reconfigure([binding])).rejects.toThrow(`bindings[0].${problem}`);
    expect(await idsOf(plugin)).toEqual([]);
    await plugin.bindings.put({ ...binding, bots: ['bank'] });
    expect(await idsOf(plugin)).toEqual(['shop']);
  });

  it('they are there again also when the entries of their changes have been pruned', async () => {
    const folder = temporaryStorageFolder();
    const first = await folderStorage(folder);
    const plugin = await pluginOn(first);
    await plugin.bindings.put({ id: 'shop', token: 'token-of-shop', bots: ['shop'] });
    await plugin.close();
    await first.prune({ rememberedMs: 0, streamMs: 0 });
    expect(await first.read((tx) => tx.readStream('livetex-binding-changes', { after: 0, limit: 10 }))).toEqual([]);
    await first.close();
    expect(await idsOf(await pluginOn(await folderStorage(folder)))).toEqual(['shop']);
  });

  it('a wrong one is refused with all its problems, beside the others, and changes nothing', async () => {
    const plugin = await pluginOn(createMemoryStorage({ clock: systemClock }), {
      bindings: [{ token: 'token-of-main', bots: ['support'] }],
    });
    await plugin.bindings.put({ id: 'shop', token: 'token-of-shop', bots: ['shop'] });
    const webhook = { publicUrl: 'http://bot.example.com', key: 'short' };
    const wrong = { id: 'bank', token: 'token-of-shop', bots: ['support'], webhook, surprise: 1 };
    const error = await plugin.bindings.put(wrong).catch((reason: unknown) => reason);
    const { problems } = (error as { facts: { problems: string[] } }).facts;
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(':'))).toSorted()).toEqual([
      'binding',
      'binding.bots[0]',
      'binding.token',
      'binding.webhook.key',
      'binding.webhook.publicUrl',
    ]);
    expect(problems.join()).not.toContain('token-of-shop');
    expect(await idsOf(plugin)).toEqual(['main', 'shop']);
    // The same binding with another token is a change of it.
    await plugin.bindings.put({ id: 'shop', token: 'token-of-shop-2', bots: ['shop', 'market'] });
    expect((await plugin.bindings.list())[1]).toMatchObject({ id: 'shop', settings: { bots: ['shop', 'market'] } });
  });

  it('with a secretKey no token lies open in the folder, those put before are sealed, and a wrong key is refused', async () => {
    const folder = temporaryStorageFolder();
    const [secretKey, other] = [randomBytes(32).toString('base64'), randomBytes(32).toString('hex')];
    const webhook = { publicUrl: ADDRESS, key: KEY, previousKey: `${KEY}-before` };
    const open = await folderStorage(folder);
    const before = await pluginOn(open);
    await before.bindings.put({ id: 'old', token: 'token-put-before', bots: ['old'] });
    await before.close();
    await open.close();
    expect(await contentOf(folder)).toContain('token-put-before');

    const sealing = await folderStorage(folder);
    const plugin = await pluginOn(sealing, { secretKey });
    await plugin.bindings.put({ id: 'new', token: 'token-put-sealed', bots: ['new'], webhook });
    const records = await sealing.read((tx) => tx.listRecords('livetex-bindings', { limit: 10 }));
    expect(records.map(({ key }) => key)).toEqual(['new', 'old']);
    expect(JSON.stringify(records)).not.toMatch(/token-put|a-webhook-key/);
    expect(JSON.stringify(records)).toContain(ADDRESS);
    await plugin.close();
    await sealing.close();
    expect(await contentOf(folder)).not.toContain('token-put-sealed');

    const storage = await folderStorage(folder);
    const [wrong, none] = [await pluginOn(storage, { secretKey: other }), await pluginOn(storage)];
    await expect(wrong.start()).rejects.toThrow(
      'stored LiveTex bindings cannot be read with this secretKey: "new", "old"',
    );
    await expect(none.start()).rejects.toMatchObject({ code: 'secret_key_wrong' });
    await expect(createLiveTexPlugin({ storage, bindings: [], host, secretKey: 'guess' })).rejects.toThrow(
      'secretKey: must be 32 random bytes in base64 or hex',
    );
    expect(await idsOf(await pluginOn(storage, { secretKey }))).toEqual(['new', 'old']);
  });

  it('a sealed token that is copied to another binding cannot be opened there', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    const secretKey = randomBytes(32).toString('base64url');
    const plugin = await pluginOn(storage, { secretKey });
    await plugin.bindings.put({ id: 'mine', token: 'token-of-mine', bots: ['mine'] });
    await storage.transaction(async (tx) => {
      const record = await tx.getRecord('livetex-bindings', 'mine');
      await tx.putRecord('livetex-bindings', 'theirs', record?.value ?? null);
    });
    const again = await pluginOn(storage, { secretKey });
    await expect(again.start()).rejects.toThrow('with this secretKey: "theirs"');
  });

  it('a new token is tried at once, though another node goes on with the old one', async () => {
    // Nobody moves this clock: a pause of 30 s would never end.
    const clock = createTestClock();
    const emulator = await useEmulator({ token: 'the-new-token' });
    const storage = createMemoryStorage({ clock });
    const binding = { ...bindingOf(emulator, ADDRESS), webhook: { publicUrl: ADDRESS, key: KEY } };
    const failed: string[] = [];
    const observed = {
      ...host,
      clock,
      observe: (activity: { kind: string; error?: string }) => {
        if (activity.kind === 'livetex_request' && activity.error !== undefined) failed.push(activity.error);
      },
    } as LiveTexHost;
    const older = await pluginOn(storage, { bindings: [{ ...binding, token: 'the-old-token' }], host: observed });
    await older.start();
    await older.accept([message('m1', LEAD)]);
    await expect.poll(() => failed, PATIENCE).toEqual(['livetex_token_refused']);

    const newer = await pluginOn(storage, { bindings: [binding], host: { ...host, clock } });
    await newer.start();
    await emulator.dialogs.when(userIdOf(LEAD), ({ messages }) => messages.length === 1);
    for (let number = 2; number <= 6; number += 1) {
      await older.accept([message(`m${number}`, LEAD)]);
      await emulator.dialogs.when(userIdOf(LEAD), ({ messages }) => messages.length === number);
    }
    expect(failed).toEqual(['livetex_token_refused']);
    // And in place: the older node learns the new token without a restart.
    await older.bindings.reconfigure([binding]);
    await newer.close();
    await older.accept([message('m7', LEAD)]);
    await emulator.dialogs.when(userIdOf(LEAD), ({ messages }) => messages.length === 7);
  });
});

function message(id: string, lead: LeadRef) {
  return { type: 'LeadMessage', id, lead, at: 1, content: { text: `Сообщение ${id}` } } as const;
}

/** All that the data folder holds, as text. */
async function contentOf(folder: string): Promise<string> {
  const files = ['data.db', 'data.db-wal'];
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1').catch(() => '')));
  return texts.join('');
}
