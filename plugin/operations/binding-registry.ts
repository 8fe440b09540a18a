/** The bindings at work: those that were given with the plugin's options, and those that were put while it runs. */
import { z } from 'zod';
import type { LiveTexClient } from '../client/contract.ts';
import { type BindingConfig, type BindingInput, bindingsSchema } from '../contract/binding-config.ts';
import { messageOf } from '../contract/coded-error.ts';
import type { BindingInfo, BindingToPut, PluginBindings } from '../contract/plugin.ts';
import { pluginError } from '../errors.ts';
import { drainJob } from '../core/jobs.ts';
import { type Binding, createLiveTexClock, type LiveBindings, type PluginContext } from '../core/plugin-context.ts';
import type { Transaction } from '../storage/contract.ts';
import { type BindingStore, CHANGES, refuseUnreadable, type StoredBinding } from './binding-store.ts';

/** How often a node looks for changes that it was not told of, ms: a notice of the database may be lost. */
const LOOK_EVERY_MS = 5_000;
/** Changes read at one time. */
const PAGE = 1_000;

export interface BindingRegistry extends PluginBindings {
  /** Reads what is stored and puts it to work, as far as it can be read. @throws what storage throws */
  load(): Promise<void>;
  /** Follows the changes of other nodes from now on. @throws secret_key_wrong */
  start(): void;
  stop(): Promise<void>;
  /** Told of each binding that came or changed, and of the id of one that is gone. */
  onChange(listener: (id: string, binding: Binding | undefined) => void): void;
  /** Why bindings are not at work: sentences without secrets. */
  problems(): string[];
}

export interface RegistryOptions {
  readonly context: Pick<PluginContext, 'storage' | 'clock' | 'logger'> & { readonly bindings: LiveBindings };
  readonly store: BindingStore;
  readonly client: LiveTexClient;
  readonly given: readonly BindingConfig[];
  /** How bindings are checked: all that are given, and one beside the others. @throws config_invalid */
  readonly parse: {
    readonly all: (inputs: readonly BindingInput[]) => BindingConfig[];
    readonly one: (input: BindingInput, others: readonly BindingInput[]) => void;
  };
}

export function createBindingRegistry({
  context,
  store,
  client,
  given: first,
  parse,
}: RegistryOptions): BindingRegistry {
  const { storage, bindings, clock, logger } = context;
  let given = first;
  let stored: readonly StoredBinding[] = [];
  /** Of the newest change that was read; `undefined`: nothing was read yet. */
  let seq: number | undefined;
  let problems: string[] = [];
  let listener: (id: string, binding: Binding | undefined) => void = () => undefined;
  let stopFollowing: (() => void) | undefined;
  /** One change after another. */
  let underWay: Promise<unknown> = Promise.resolve();

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = underWay.then(act);
    underWay = done.catch(() => undefined);
    return done;
  }

  function isGiven(id: string): boolean {
    return given.some((config) => config.id === id);
  }

  function refuseGiven(id: string): void {
    if (isGiven(id)) throw pluginError('binding_given', { binding: id });
  }

  /** What is stored now; false: nothing has changed since the last time. */
  async function read(): Promise<boolean> {
    // Kept when all of it was read: a reading may fail in the middle, or be done again. And the changes alone do not tell
    // whether there is anything: old ones are pruned.
    const found = await storage.read(async (tx) => {
      let newest = seq ?? 0;
      for (;;) {
        const changes = await tx.readStream(CHANGES, { after: newest, limit: PAGE });
        newest = changes.at(-1)?.seq ?? newest;
        if (changes.length < PAGE) break;
      }
      return newest === seq ? undefined : { newest, bindings: await store.list(tx) };
    });
    if (found === undefined) return false;
    seq = found.newest;
    stored = found.bindings;
    return true;
  }

  /** Puts what is given and what is stored to work. What did not change goes on as it is. */
  function apply(): void {
    const next: Binding[] = given.map((config) => connect(config, null));
    const leaving: Binding[] = [];
    problems = [];
    for (const { id, input, leavingSince } of stored) {
      if (isGiven(id)) continue;
      const [config] = input === undefined ? [] : (bindingsSchema.safeParse([input]).data ?? []);
      if (config === undefined) {
        problems.push(`LiveTex binding "${id}": what is stored of it cannot be read with this version and secretKey`);
      } else (leavingSince === null ? next : leaving).push(connect(config, leavingSince));
    }
    const before = bindings.all;
    const all = [...next, ...leaving];
    bindings.replace(all);
    for (const binding of all) if (!before.includes(binding)) listener(binding.id, binding);
    for (const { id } of before) if (bindings.get(id) === undefined) listener(id, undefined);
  }

  function connect(config: BindingConfig, leavingSince: number | null): Binding {
    const { id, token, baseUrl, apiVersion, requestTimeoutMs } = config;
    const known = bindings.get(id);
    if (known !== undefined && known.leavingSince === leavingSince && isSame(known.config, config)) return known;
    return {
      id,
      config,
      client: client.binding({ id, token, baseUrl, apiVersion, requestTimeoutMs }),
      clock: known?.config.baseUrl === baseUrl ? known.clock : createLiveTexClock(),
      leavingSince,
    };
  }

  async function look(): Promise<void> {
    try {
      await inTurn(async () => {
        if (await read()) apply();
      });
    } catch (error) {
      // Asked again soon; what was known goes on.
      logger.warn('the stored bindings could not be read', { error: messageOf(error) });
    }
  }

  /** Writes in one transaction, and has it in force here when it resolves. */
  function change(write: (tx: Transaction) => Promise<void>): Promise<void> {
    return inTurn(async () => {
      await storage.transaction(write);
      if (await read()) apply();
    });
  }

  return {
    load: () =>
      inTurn(async () => {
        await read();
        apply();
        const open = stored.filter(({ isOpen }) => isOpen);
        if (open.length === 0) return;
        // They were put before there was a key.
        await storage.transaction(async (tx) => {
          for (const { id } of open) {
            const now = await store.get(tx, id);
            if (now?.input !== undefined) await store.put(tx, id, now.input, now.leavingSince, clock.now());
          }
        });
        logger.info('the secrets of stored bindings were sealed', { bindings: open.map(({ id }) => id) });
      }),
    start() {
      refuseUnreadable(stored);
      if (stopFollowing !== undefined) return;
      const stopListening = storage.onAppend((stream) => {
        if (stream === CHANGES) void look();
      });
      let cancel = clock.after(LOOK_EVERY_MS, again);
      function again(): void {
        void look().then(() => {
          if (stopFollowing !== undefined) cancel = clock.after(LOOK_EVERY_MS, again);
        });
      }
      stopFollowing = () => {
        stopListening();
        cancel();
      };
    },
    async stop() {
      stopFollowing?.();
      stopFollowing = undefined;
      await underWay;
    },
    onChange(told) {
      listener = told;
    },
    problems: () => problems,
    async list() {
      await look();
      const versions = new Map(stored.map(({ id, version }) => [id, version]));
      return bindings.all.map((binding) =>
        infoOf(binding, isGiven(binding.id) ? null : (versions.get(binding.id) ?? null)),
      );
    },
    async put(input, { version, keepSecrets = false } = {}) {
      const id = idOf(input);
      refuseGiven(id);
      await change(async (tx) => {
        const known = await store.get(tx, id);
        if (version !== undefined && version !== (known?.version ?? 0))
          throw pluginError('binding_changed', { binding: id });
        // What is still missing is told by the schema.
        const whole = (keepSecrets ? withSecretsOf(input, known?.input) : input) as BindingInput;
        const others = (await store.list(tx)).filter((one) => one.id !== id && one.leavingSince === null);
        parse.one(whole, [...given, ...others.flatMap((one) => one.input ?? [])]);
        await store.put(tx, id, whole, null, clock.now());
      });
      logger.info('LiveTex binding put', { binding: id });
    },
    async remove(id) {
      refuseGiven(id);
      await change(async (tx) => {
        const known = await store.get(tx, id);
        if (known === undefined) throw pluginError('binding_unknown', { binding: id });
        if (known.leavingSince !== null) return;
        if (known.input === undefined) await store.forget(tx, id, clock.now());
        else await leave(tx, id, known.input);
      });
      logger.info('LiveTex binding removed: it gives its dialogs back', { binding: id });
    },
    async reconfigure(inputs) {
      const configs = parse.all(inputs);
      const gone = given.filter(({ id }) => !configs.some((config) => config.id === id));
      await inTurn(async () => {
        await storage.transaction(async (tx) => {
          // A stored one of the same id takes its place.
          for (const config of gone) {
            if ((await store.get(tx, config.id)) === undefined) await leave(tx, config.id, config);
          }
        });
        given = configs;
        await read();
        apply();
      });
    },
  };

  async function leave(tx: Transaction, id: string, input: BindingInput): Promise<void> {
    await store.put(tx, id, input, clock.now(), clock.now());
    await tx.enqueue([drainJob(id, 1)]);
  }
}

function idOf(input: BindingToPut): string {
  const id = z.looseObject({ id: z.string().default('main') }).safeParse(input);
  // What else is wrong is told by the schema.
  return id.data?.id ?? '';
}

/** A token and keys that are left out are those of before. */
function withSecretsOf(input: BindingToPut, before: BindingInput | undefined): BindingToPut {
  const { webhook } = input;
  const keys = { key: before?.webhook?.key, previousKey: before?.webhook?.previousKey };
  return {
    ...input,
    token: input.token ?? before?.token,
    ...(webhook === undefined ? {} : { webhook: defined({ ...keys, ...defined(webhook) }) }),
  } as BindingToPut;
}

function defined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<Value>;
}

/** Shorter tokens give away too much of themselves. */
const MIN_SHOWN_TOKEN = 16;
const SHOWN_END = 4;

function isSame(one: BindingConfig, other: BindingConfig): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withoutKeys({ key: _key, previousKey: _previous, ...webhook }: NonNullable<BindingConfig['webhook']>) {
  return webhook;
}

/** Without the token and the webhook's keys. */
function infoOf({ id, config, leavingSince }: Binding, version: number | null): BindingInfo {
  const { token, webhook, ...settings } = config;
  return {
    id,
    source: version === null ? 'given' : 'stored',
    version,
    tokenEnd: token.length < MIN_SHOWN_TOKEN ? '' : token.slice(-SHOWN_END),
    state: leavingSince === null ? 'active' : 'leaving',
    settings: { ...settings, ...(webhook === undefined ? {} : { webhook: withoutKeys(webhook) }) },
  };
}
