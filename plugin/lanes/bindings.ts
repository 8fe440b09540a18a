import type { BindingClient } from '../client/contract.ts';
import type { BindingConfig } from '../contract/binding-config.ts';
import type { LeadRef } from '../contract/lead.ts';
import type { LiveTexClock } from './livetex-clock.ts';

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
