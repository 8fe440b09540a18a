import type { Activity, Clock, LiveTexHost, Logger } from '../contract/host.ts';
import type { Retention, Storage } from '../storage/contract.ts';
import type { Counters } from './counters.ts';
import type { BindingClient } from '../client/contract.ts';
import type { BindingConfig } from '../contract/binding-config.ts';
import type { LeadRef } from '../contract/lead.ts';
import type { LiveTexClock } from './livetex-clock.ts';

/** What the handlers work with. */
export interface PluginContext {
  readonly bindings: Bindings;
  readonly storage: Storage;
  readonly host: LiveTexHost;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: Counters;
  /** A new id, unique for ever. */
  readonly newId: () => string;
  /** `host.observe`, made harmless: somebody's timeline must not fail a job. */
  readonly observe: (activity: Activity) => void;
  /** How long finished things are kept; left out: `DEFAULT_RETENTION`. */
  readonly retention?: Retention;
}

/** A binding at work. */
export interface Binding {
  readonly id: string;
  readonly config: BindingConfig;
  readonly client: BindingClient;
  readonly clock: LiveTexClock;
}

export interface Bindings {
  readonly all: readonly Binding[];
  get(id: string): Binding | undefined;
  /** The first binding that takes the lead's bot and does not exclude the lead's channel; `undefined`: nobody mirrors this lead. */
  of(lead: LeadRef): Binding | undefined;
  /** Does a binding take this bot at all? */
  takesBot(binding: Binding, botId: string): boolean;
}

export function createBindings(all: readonly Binding[]): Bindings {
  const byId = new Map(all.map((binding) => [binding.id, binding]));
  const takesBot = ({ config }: Binding, botId: string): boolean => config.bots?.includes(botId) ?? true;
  return {
    all,
    get: (id) => byId.get(id),
    of: (lead) =>
      all.find((binding) => takesBot(binding, lead.botId) && !binding.config.excludedChannels.includes(lead.channel)),
    takesBot,
  };
}
