import { describe, expect, it } from 'vitest';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startDesk } from '../../support/desk.ts';
import { LEAD } from '../../support/minimal-host.ts';

const host: LiveTexHost = {
  attributes: { get: async () => ({ attributes: {} }) },
  hasScript: async () => false,
  runScript: async () => {},
  deliver: async () => {},
  setForwarded: async () => {},
};

/** What is wrong with a binding of a token alone. */
const NO_WEBHOOK = 'has no "webhook" (publicUrl and key), so answers of operators cannot arrive';

describe('createLiveTexPlugin', () => {
  it('lists every problem of the configuration with its path, and no secret', async () => {
    const bindings = [
      {
        id: 'a b',
        token: '',
        baseUrl: 'ftp://x',
        apiVersion: '9.9',
        bots: [],
        excludedChannels: ['a:b'],
        maxTextLength: 1,
        transferTimeout: -1,
        pickupTimeout: 0,
        requestTimeoutMs: 1.5,
        maxInFlight: 0,
        notices: { transferred: 5 },
        surprise: true,
      },
      { token: 'sesame', webhook: { publicUrl: 'http://bot.example.com', key: 'open' } },
    ] as unknown as BindingInput[];
    const error = await createLiveTexPlugin({ bindings, storage: 'memory:', host }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'config_invalid' });
    const { message } = error as Error;
    for (const path of [
      '[0].id',
      '[0].token',
      '[0].baseUrl',
      '[0].apiVersion',
      '[0].bots',
      '[0].excludedChannels[0]',
      '[0].maxTextLength',
      '[0].transferTimeout',
      '[0].pickupTimeout',
      '[0].requestTimeoutMs',
      '[0].maxInFlight',
      '[0].notices.transferred',
      '[1].webhook.publicUrl',
    ]) {
      expect(message).toContain(`bindings${path}: `);
    }
    expect(message).toContain('surprise');
    expect(message).not.toMatch(/sesame|open/);
  });

  it('refuses options that it does not know, retention below the promise, and an access key in the open', async () => {
    const options = {
      bindings: [{ token: 'a', baseUrl: 'http://livetex.example.com' }],
      storage: 'memory:',
      host,
      retention: { rememberedMs: 3_600_000 },
      retentions: {},
    };
    await expect(createLiveTexPlugin(options)).rejects.toMatchObject({
      code: 'config_invalid',
      facts: {
        problems: [
          'bindings[0].baseUrl: must be https: the access key and the dialogs would go to another machine in the open',
          'retention.rememberedMs: must be at least 90000000',
          'options: unknown: "retentions"',
        ],
      },
    });
  });

  it('refuses two bindings with one id', async () => {
    const bindings = [{ token: 'a' }, { token: 'b' }];
    await expect(createLiveTexPlugin({ bindings, storage: 'memory:', host })).rejects.toThrow('bindings[1].id');
  });

  it('refuses bindings that take each other’s dialogs: one token twice, bots that an earlier one takes already', async () => {
    const bindings = [
      { id: 'a', token: 'first-token', bots: ['shop', 'bank'] },
      { id: 'b', token: 'first-token', bots: ['news'] },
      { id: 'c', token: 'c', bots: ['post', 'bank'] },
      { id: 'd', token: 'd' },
      { id: 'e', token: 'e' },
      { id: 'f', token: 'f', bots: ['shop'], excludedChannels: ['umnico', 'bitrix', 'jivo', 'webim', 'site'] },
    ];
    await expect(createLiveTexPlugin({ bindings, storage: 'memory:', host })).rejects.toMatchObject({
      facts: {
        problems: [
          'bindings[1].token: is the token of the binding "a" too: LiveTex sends the events of a touch point to one address only',
          'bindings[2].bots[1]: "bank" is taken by the binding "a" already, in every channel that this one takes',
          'bindings[4].bots: all bots are taken by the binding "d" already, in every channel that this one takes',
          'bindings[5].bots[0]: "shop" is taken by the binding "a" already, in every channel that this one takes',
        ],
      },
    });
  });

  it('takes bindings that share a bot by its channels, and a last one for all other bots', async () => {
    const bindings = [
      { id: 'site', token: 'a', bots: ['shop'], excludedChannels: ['telegram'] },
      { id: 'telegram', token: 'b', bots: ['shop'], excludedChannels: [] },
      { id: 'others', token: 'c' },
      { id: 'elsewhere', token: 'a', bots: ['local'], baseUrl: 'http://127.0.0.1:1' },
    ];
    await (await createLiveTexPlugin({ bindings: bindings.slice(0, 3), storage: 'memory:', host })).close();
    // The same token at another LiveTex is another touch point; but its bot is one that the last binding before it takes.
    const error = await createLiveTexPlugin({ bindings, storage: 'memory:', host }).catch((reason: unknown) => reason);
    const shared = '"local" is taken by the binding "others" already, in every channel that this one takes';
    expect(error).toMatchObject({ facts: { problems: [`bindings[3].bots[0]: ${shared}`] } });
  });

  it('refuses a webhook key that can be guessed, unless LiveTex is on this machine', async () => {
    const webhook = { publicUrl: 'https://bot.example.com', key: 'short', previousKey: 'sixteen-or-more-x' };
    const previous = { ...webhook, key: 'long-enough-to-be-safe', previousKey: 'old' };
    const bindings = [
      { id: 'a', token: 'a', bots: ['a'], webhook },
      { id: 'b', token: 'b', bots: ['b'], webhook: previous },
      { id: 'c', token: 'c', bots: ['c'], webhook, baseUrl: 'http://localhost:9' },
    ];
    const error = await createLiveTexPlugin({ bindings, storage: 'memory:', host }).catch((reason: unknown) => reason);
    const { problems } = (error as { facts: { problems: string[] } }).facts;
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(':')))).toEqual([
      'bindings[0].webhook.key',
      'bindings[1].webhook.previousKey',
    ]);
    expect(problems[0]).toContain('must have at least 16 characters');
    expect(problems.join()).not.toContain('short:');
  });

  it('refuses a host without one of its ports, and no storage, beside the problems of the bindings', async () => {
    const incomplete = { ...host, runScript: undefined, attributes: {}, observe: 'loud' };
    const options = { bindings: [{}], host: incomplete } as unknown as Parameters<typeof createLiveTexPlugin>[0];
    await expect(createLiveTexPlugin(options)).rejects.toMatchObject({
      code: 'config_invalid',
      facts: {
        problems: [
          'bindings[0].token: is missing (a string)',
          'storage: must be "sqlite:<folder>", a "postgres://" URL, "memory:" or an open storage',
          'host.attributes.get: must be a function',
          'host.runScript: must be a function',
          'host.observe: must be a function',
        ],
      },
    });
    const nothing = { bindings: [], storage: 'memory:' } as unknown as Parameters<typeof createLiveTexPlugin>[0];
    await expect(createLiveTexPlugin(nothing)).rejects.toThrow('host: is missing (an object)');
  });

  it('takes a host whose ports are methods of a class', async () => {
    class Platform implements LiveTexHost {
      readonly attributes = host.attributes;
      async hasScript(): Promise<boolean> {
        return false;
      }
      async runScript(): Promise<void> {}
      async deliver(): Promise<void> {}
      async setForwarded(): Promise<void> {}
    }
    const plugin = await createLiveTexPlugin({ bindings: [], storage: 'memory:', host: new Platform() });
    expect(await plugin.ready()).toEqual({ ready: true, reasons: [], bindings: {} });
    await plugin.close();
  });

  it('works without any binding: nothing is mirrored, and a transfer says so', async () => {
    const plugin = await createLiveTexPlugin({ bindings: [], storage: 'memory:', host });
    expect(await plugin.dialog(LEAD)).toMatchObject({ mode: 'bot', binding: null });
    expect(await plugin.ready()).toEqual({ ready: true, reasons: [], bindings: {} });
    await plugin.close();
  });

  it('is not ready with a binding to which no answer can arrive, and says so at the start', async () => {
    const lines: unknown[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (...line: unknown[]) => void lines.push(line) };
    const bindings = [{ token: 't', baseUrl: 'http://127.0.0.1:9', bots: ['support'] }];
    const plugin = await createLiveTexPlugin({ bindings, storage: 'memory:', host: { ...host, logger } });
    await plugin.start();
    expect(await plugin.ready()).toEqual({
      ready: false,
      reasons: [`LiveTex binding "main": ${NO_WEBHOOK}`],
      bindings: { main: { ready: false, reasons: [NO_WEBHOOK] } },
    });
    expect(lines).toEqual([[`LiveTex binding ${NO_WEBHOOK}`, { binding: 'main' }]]);
    // And of one that comes later.
    await plugin.bindings.put({ id: 'later', token: 't2', bots: ['later'], baseUrl: 'http://127.0.0.1:9' });
    expect(lines.slice(1)).toEqual([[`LiveTex binding ${NO_WEBHOOK}`, { binding: 'later' }]]);
    await plugin.close();
  });

  it('closes the storage that it opened, and leaves a shared one open', async () => {
    const shared = createMemoryStorage({ clock: systemClock });
    const plugin = await createLiveTexPlugin({ bindings: [{ token: 't' }], storage: shared, host });
    await plugin.start();
    await plugin.close();
    await plugin.close();
    await shared.ping();
    await shared.close();

    const owner = await createLiveTexPlugin({ bindings: [{ token: 't' }], storage: 'memory:', host });
    await owner.close();
    await expect(owner.storage.ping()).rejects.toMatchObject({ code: 'storage_closed' });
    expect(await owner.ready()).toEqual({
      ready: false,
      reasons: ['storage: storage is closed'],
      bindings: { main: { ready: false, reasons: [NO_WEBHOOK] } },
    });
  });

  it('describes the script types that it gives a meaning to, with their Russian names', async () => {
    const plugin = await createLiveTexPlugin({ bindings: [], storage: 'memory:', host });
    expect(plugin.scriptTypes.map(({ code, name }) => `${code}: ${name}`)).toEqual([
      'transfer: Перевод на оператора',
      'transfer_online: Перевод на оператора (онлайн)',
      'transfer_offline: Перевод на оператора (оффлайн)',
      'no_operators: Нет доступных операторов',
      'return: Возврат',
      'operator_timeout: Оператор не ответил',
    ]);
    await plugin.close();
  });

  it('ends what is under way when it closes, and keeps the rest for the next start', async () => {
    const storage = createMemoryStorage({ clock: systemClock });
    await using desk = await startDesk({ storage });
    const texts = Array.from({ length: 50 }, (_, index) => `сообщение ${index}`);
    for (const text of texts) await desk.host.leadSays(LEAD, text);
    await desk.host.plugin.close();
    await desk.host.reload(storage);
    await desk.settle();
    expect(desk.dialog().messages.map(({ text }) => text)).toEqual(texts.map((text) => `👤 Пользователь\n${text}`));
  });

  it('counts requests, webhooks and transfers without a lead or a token in any label', async () => {
    await using desk = await startDesk();
    await desk.toOperator();
    desk.emulator.dialogs.close(desk.userId, desk.anna);
    await desk.settle();
    const metrics = await desk.host.plugin.metrics();
    const value = (name: string, labels: object): number | undefined =>
      metrics
        .find((metric) => metric.name === name)
        ?.samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value;
    expect(value('livetex_requests_total', { binding: 'main', method: 'selectDestination', outcome: 'ok' })).toBe(1);
    expect(value('livetex_transfers_total', { binding: 'main', outcome: 'closed' })).toBe(1);
    expect(value('livetex_events_total', { type: 'LeadMessage', verdict: 'accepted' })).toBe(1);
    for (const { name, help } of metrics) expect(`${name} ${help}`).toMatch(/^(?:livetex|storage)_[a-z_]+ \S/);
    expect(JSON.stringify(metrics)).not.toMatch(new RegExp(`support:|${desk.emulator.token}`));
  });
});
