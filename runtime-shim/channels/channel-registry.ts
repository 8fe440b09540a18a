/** Channels that are put while the server runs: kept in storage, at work on every node (docs/decisions/0021-messengers-put-while-running.md). */
import { z } from 'zod';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { ReadTransaction, Storage, Transaction } from '../../plugin/storage/contract.ts';
import { FollowedSettings } from '../../plugin/storage/followed-settings.ts';
import { createSettingsStore, type KeptSettings, type SettingsStore } from '../../plugin/storage/kept-settings.ts';
import type { ChannelOptions } from './channel.ts';
import { channelError } from './channel-errors.ts';
import { readChannelState, writeChannelState } from './channel-records.ts';
import type { PutToWork, StoredChannels } from './channels.ts';

const COLLECTION = 'stored_channels';
const CHANGES = 'stored_channel_changes';

/** Dialogs of a removed channel are looked for this long at least, ms: by then every node has heard of it. */
const SETTLED_MS = 15_000;

/** What of a channel's settings nobody may see: an address of a proxy may hold a password. */
const secretsSchema = z.strictObject({
  token: z.string().exactOptional(),
  secret: z.string().exactOptional(),
  confirmation: z.string().exactOptional(),
  identitySecret: z.string().exactOptional(),
  proxy: z.string().exactOptional(),
});
type Secrets = z.infer<typeof secretsSchema>;
const SECRETS = Object.keys(secretsSchema.shape) as Array<keyof Secrets>;

/** What is kept beside the settings: whose leads have this code, and that a removed one has no dialog any more. */
const besideSchema = z.looseObject({
  account: z.object({ kind: z.string(), id: z.string() }),
  isDrained: z.boolean().exactOptional(),
});

type Settings = Readonly<Record<string, unknown>>;

/** Who a channel is at its messenger. */
export interface ChannelAccount {
  readonly kind: string;
  readonly id: string;
}

export interface ChannelRegistryPorts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 32 bytes; `undefined`: secrets are stored as they are. */
  readonly key: Uint8Array | undefined;
  /** Channels of the configuration file, by code: they win, and are changed there. */
  readonly given: Readonly<Record<string, Settings>>;
  /** With all defaults. @throws channel_invalid with every problem at its field */
  readonly parse: (code: string, settings: Settings) => Settings;
  /** Of settings that `parse` returned. */
  readonly optionsOf: (settings: Settings) => ChannelOptions;
  readonly accountOf: (settings: Settings) => ChannelAccount;
  /** Told of settings before they are at work, so that no log shows their secrets. */
  readonly onSettings: (settings: Settings) => void;
  /** Gives the dialogs of a channel's leads back to the bot; how many the bot did not have. @throws what storage throws */
  readonly giveBack: (code: string, since: number) => Promise<number>;
}

/** A channel of storage. */
export interface StoredChannel {
  readonly code: string;
  readonly version: number;
  /** `unreadable`: sealed with another key, or of another version of the program. */
  readonly state: 'active' | 'removed' | 'unreadable';
  /** As they were put, with defaults; its secrets as well while it is active. For this server's own use. */
  readonly settings: Settings;
}

/** What is said when a channel is put. */
export interface ChannelPut {
  /** That of the channel as it was read; 0: a new one. */
  readonly version: number;
  /** Whoever puts it vouches that another token is of the same bot, where a token does not tell whose it is (MAX). */
  readonly sameBot?: boolean;
}

export class ChannelRegistry implements StoredChannels {
  readonly #ports: ChannelRegistryPorts;
  readonly #store: SettingsStore<Secrets>;
  readonly #followed: FollowedSettings<KeptSettings<Secrets>>;
  /** The settings that each channel works with, as JSON. */
  readonly #atWork = new Map<string, string>();
  #problems: Readonly<Record<string, string>> = {};
  #put: PutToWork = () => undefined;

  constructor(ports: ChannelRegistryPorts) {
    this.#ports = ports;
    const { storage, clock, logger, key } = ports;
    this.#store = createSettingsStore({
      collection: COLLECTION,
      changes: CHANGES,
      what: 'channel',
      secrets: secretsSchema,
      key,
    });
    this.#followed = new FollowedSettings({
      storage,
      clock,
      changes: CHANGES,
      list: (tx) => this.#store.list(tx),
      apply: () => this.#apply(),
      failed: (error) => logger.warn('the stored channels could not be looked at', { error: messageOf(error) }),
      afterLook: () => this.#drain(),
    });
  }

  load(put: PutToWork): Promise<void> {
    this.#put = put;
    return this.#followed.inTurn(async () => {
      await this.#followed.read();
      this.#apply();
      const open = this.#followed.kept.filter(({ isOpen }) => isOpen);
      if (open.length === 0) return;
      // They were put before there was a key.
      await this.#ports.storage.transaction(async (tx) => {
        for (const { id } of open) {
          const now = await this.#store.get(tx, id);
          if (now?.settings === undefined || now.secrets === undefined) continue;
          const { settings, secrets, leavingSince } = now;
          await this.#store.put(tx, id, { settings, secrets, leavingSince }, this.#ports.clock.now());
        }
      });
      this.#ports.logger.info('the secrets of stored channels were sealed', { channels: open.map(({ id }) => id) });
    });
  }

  start(): void {
    this.#followed.start();
  }

  stop(): Promise<void> {
    return this.#followed.stop();
  }

  problems(): Readonly<Record<string, string>> {
    return this.#problems;
  }

  /** All that are stored and do not stand in the file. Never rejects: without storage those that were known. */
  async list(): Promise<StoredChannel[]> {
    await this.#followed.look();
    return this.#followed.kept.flatMap((kept) => {
      if (this.#isGiven(kept.id)) return [];
      const { id: code, version, leavingSince, settings = {}, secrets } = kept;
      const state = leavingSince !== null ? 'removed' : this.#settingsOf(kept) === undefined ? 'unreadable' : 'active';
      const { account: _account, isDrained: _drained, ...shown } = settings;
      return [{ code, version, state, settings: { ...shown, ...secrets } } as const];
    });
  }

  /**
   * Adds a channel or changes it. A secret that is left out stays as it was; one that is `null` goes.
   * @throws channel_given, channel_changed, channel_invalid, channel_of_another, and what storage throws
   */
  async put(code: string, input: Settings, { version, sameBot = false }: ChannelPut): Promise<void> {
    this.#refuseGiven(code);
    await this.#followed.change(async (tx) => {
      const known = await this.#store.get(tx, code);
      const isThere = known !== undefined && known.leavingSince === null;
      if (version !== (isThere ? known.version : 0) || (known !== undefined && known.settings === undefined)) {
        throw channelError('channel_changed', { channel: code });
      }
      const isSameKind = isThere && known.settings?.['kind'] === input['kind'];
      const settings = this.#ports.parse(code, withSecrets(input, isSameKind ? (known.secrets ?? {}) : {}));
      const account = this.#ports.accountOf(settings);
      await this.#refuseAccount(tx, code, { account, known, sameBot });
      this.#ports.onSettings(settings);
      const kept = { ...taken(settings, account), leavingSince: null };
      await this.#store.put(tx, code, kept, this.#ports.clock.now());
    });
    this.#ports.logger.info('channel put', { channel: code });
  }

  /** Removes a channel: it neither takes nor sends from now on, and its dialogs go back to the bot. False: there is none. @throws channel_given, and what storage throws */
  async remove(code: string): Promise<boolean> {
    this.#refuseGiven(code);
    let isRemoved = false;
    await this.#followed.change(async (tx) => {
      const known = await this.#store.get(tx, code);
      isRemoved = known?.leavingSince === null;
      if (known?.settings === undefined || !isRemoved) return;
      const now = this.#ports.clock.now();
      // Its code stays its account's: its leads and their talks are still there.
      const { isDrained: _drained, ...settings } = known.settings;
      await this.#store.put(tx, code, { settings, secrets: {}, leavingSince: now }, now);
    });
    if (isRemoved) this.#ports.logger.info('channel removed: what waits for its leads rests', { channel: code });
    return isRemoved;
  }

  #isGiven(code: string): boolean {
    return Object.hasOwn(this.#ports.given, code);
  }

  #refuseGiven(code: string): void {
    if (this.#isGiven(code)) throw channelError('channel_given', { channel: code });
  }

  #settingsOf({ id, settings, secrets, leavingSince }: KeptSettings<Secrets>): Settings | undefined {
    if (settings === undefined || secrets === undefined || leavingSince !== null) return undefined;
    const { account: _account, isDrained: _drained, ...own } = settings;
    try {
      return this.#ports.parse(id, { ...own, ...secrets });
    } catch {
      return undefined;
    }
  }

  /** Leads are named after the code: given to another bot, it would hand one person's talk to another. */
  async #refuseAccount(
    tx: Transaction,
    code: string,
    {
      account,
      known,
      sameBot,
    }: {
      readonly account: ChannelAccount;
      readonly known: KeptSettings<Secrets> | undefined;
      readonly sameBot: boolean;
    },
  ): Promise<void> {
    const was = accountIn(known?.settings);
    const found = await readChannelState(tx, code);
    const isOther =
      (was !== undefined && (was.kind !== account.kind || was.id !== account.id)) ||
      (found !== undefined && found.state.account !== account.id);
    if (isOther) {
      const isVouchedFor = sameBot && account.kind === 'max' && (was?.kind ?? 'max') === 'max';
      if (!isVouchedFor) throw channelError('channel_of_another', { channel: code });
      if (found !== undefined) {
        await writeChannelState(tx, code, { ...found.state, account: account.id }, found.version);
      }
    }
    await this.#refuseTwice(tx, code, account);
  }

  /** A messenger gives each update once: two channels of one bot would take them from each other. */
  async #refuseTwice(tx: ReadTransaction, code: string, account: ChannelAccount): Promise<void> {
    // A chat on a site is of this server, as many as there are.
    if (account.kind === 'widget') return;
    const given = Object.entries(this.#ports.given).map(
      ([one, settings]) => [one, this.#ports.accountOf(settings)] as const,
    );
    const stored = (await this.#store.list(tx)).flatMap(({ id, settings, leavingSince }) => {
      const one = leavingSince === null && id !== code && !this.#isGiven(id) ? accountIn(settings) : undefined;
      return one === undefined ? [] : [[id, one] as const];
    });
    const [other] = [...given, ...stored].find(([, { kind, id }]) => kind === account.kind && id === account.id) ?? [];
    if (other === undefined) return;
    const text = {
      en: `channel "${other}" has this bot already: a messenger gives each message to one of them only`,
      ru: `этот бот уже у канала «${other}»: мессенджер отдаёт каждое сообщение только одному из них`,
    };
    throw channelError('channel_invalid', { fields: [{ path: 'channel.token', text }] });
  }

  /** Puts to work what is stored. What did not change goes on as it is. */
  #apply(): void {
    const problems: Record<string, string> = {};
    const wanted = new Map<string, Settings>();
    for (const kept of this.#followed.kept) {
      if (this.#isGiven(kept.id) || kept.leavingSince !== null) continue;
      const settings = this.#settingsOf(kept);
      if (settings === undefined)
        problems[kept.id] =
          'what is stored of it cannot be read with this version, this configuration and this secretKey';
      else wanted.set(kept.id, settings);
    }
    for (const code of this.#atWork.keys()) {
      if (wanted.has(code)) continue;
      this.#atWork.delete(code);
      this.#put(code, undefined);
    }
    for (const [code, settings] of wanted) {
      const text = JSON.stringify(settings);
      if (this.#atWork.get(code) === text) continue;
      this.#ports.onSettings(settings);
      this.#put(code, this.#ports.optionsOf(settings));
      this.#atWork.set(code, text);
    }
    for (const [code, text] of Object.entries(problems)) {
      if (this.#problems[code] !== text)
        this.#ports.logger.error('a stored channel is not at work', { channel: code, problem: text });
    }
    this.#problems = problems;
  }

  /** Dialogs of removed channels go back to the bot: nobody could hear the operator. Any node does it, again after a crash. */
  async #drain(): Promise<void> {
    const { storage, clock, giveBack, logger } = this.#ports;
    for (const { id, settings, leavingSince, version } of this.#followed.kept) {
      if (leavingSince === null || settings === undefined || settings['isDrained'] === true) continue;
      const left = await giveBack(id, leavingSince);
      if (left > 0 || Math.abs(clock.now() - leavingSince) < SETTLED_MS) continue;
      await storage.transaction(async (tx) => {
        const now = await this.#store.get(tx, id);
        // Put again meanwhile, or another node was faster.
        if (now?.version !== version) return;
        const done = { settings: { ...settings, isDrained: true }, secrets: {}, leavingSince };
        await this.#store.put(tx, id, done, clock.now());
      });
      logger.info('a removed channel has no dialog with an operator any more', { channel: id });
    }
  }
}

function accountIn(settings: Settings | undefined): ChannelAccount | undefined {
  return besideSchema.safeParse(settings).data?.account;
}

/** Secrets that are left out are those of before. */
function withSecrets(input: Settings, before: Secrets): Settings {
  const all: Settings = { ...before, ...input };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => {
      const isSecret = (SECRETS as readonly string[]).includes(key);
      const kept = value === undefined && isSecret ? before[key as keyof Secrets] : value;
      return kept === undefined || (kept === null && isSecret) ? [] : [[key, kept]];
    }),
  );
}

function taken(
  settings: Settings,
  account: ChannelAccount,
): { readonly settings: Settings; readonly secrets: Secrets } {
  const isSecret = ([key]: readonly [string, unknown]): boolean => (SECRETS as readonly string[]).includes(key);
  const entries = Object.entries(settings);
  return {
    settings: { ...Object.fromEntries(entries.filter((entry) => !isSecret(entry))), account },
    secrets: secretsSchema.parse(Object.fromEntries(entries.filter(isSecret))),
  };
}
