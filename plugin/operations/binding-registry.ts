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
import { FollowedSettings } from '../storage/followed-settings.ts';
import { type BindingStore, CHANGES, refuseUnreadable, type StoredBinding } from './binding-store.ts';

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
  let problems: string[] = [];
  let listener: (id: string, binding: Binding | undefined) => void = () => undefined;
  const followed = new FollowedSettings<StoredBinding>({
    storage,
    clock,
    changes: CHANGES,
    list: (tx) => store.list(tx),
    apply,
    failed: (error) => logger.warn('the stored bindings could not be read', { error: messageOf(error) }),
  });

  function isGiven(id: string): boolean {
    return given.some((config) => config.id === id);
  }

  function refuseGiven(id: string): void {
    if (isGiven(id)) throw pluginError('binding_given', { binding: id });
  }

  /** Puts what is given and what is stored to work. What did not change goes on as it is. */
  function apply(): void {
    const next: Binding[] = given.map((config) => connect(config, null));
    const leaving: Binding[] = [];
    problems = [];
    for (const { id, input, leavingSince } of followed.kept) {
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

  return {
    load: () =>
      followed.inTurn(async () => {
        await followed.read();
        apply();
        const open = followed.kept.filter(({ isOpen }) => isOpen);
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
      refuseUnreadable(followed.kept);
      followed.start();
    },
    stop: () => followed.stop(),
    onChange(told) {
      listener = told;
    },
    problems: () => problems,
    async list() {
      await followed.look();
      const versions = new Map(followed.kept.map(({ id, version }) => [id, version]));
      return bindings.all.map((binding) =>
        infoOf(binding, isGiven(binding.id) ? null : (versions.get(binding.id) ?? null)),
      );
    },
    async put(input, { version, keepSecrets = false } = {}) {
      const id = idOf(input);
      refuseGiven(id);
      await followed.change(async (tx) => {
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
      await followed.change(async (tx) => {
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
      await followed.inTurn(async () => {
        await storage.transaction(async (tx) => {
          // A stored one of the same id takes its place.
          for (const config of gone) {
            if ((await store.get(tx, config.id)) === undefined) await leave(tx, config.id, config);
          }
        });
        given = configs;
        await followed.read();
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
