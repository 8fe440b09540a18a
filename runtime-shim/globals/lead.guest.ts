import { leadAttributes } from './lead-attributes.guest.ts';
import { leadTags } from './lead-tags.guest.ts';
import { keyArgument, refuse } from './arguments.guest.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import { assign, copyJson, hasOwn, ordinary } from './intrinsics.guest.ts';
import { collectAction, type RunState } from './run-state.guest.ts';

/** What this file puts into scope. */
export const names = ['lead'] as const;

/** The global `lead`: the person whom the bot talks to (reference, "`lead`"). */
export function factory(state: RunState): { lead: Record<string, unknown> } {
  const lead: Record<string, unknown> = {
    __proto__: null,
    getData(key: unknown) {
      const name = keyArgument('lead.getData', key);
      const { data } = state.input.lead;
      return hasOwn(data, name) ? copyJson(data[name] ?? null) : null;
    },
    getChannelCode: () => state.input.lead.channel,
    setForwarded(forwarded: unknown) {
      if (typeof forwarded !== 'boolean') refuse(`lead.setForwarded takes true or false, got ${describe(forwarded)}`);
      collectAction(state, { __proto__: null, type: 'set_forwarded', forwarded });
      return lead;
    },
  };
  assign(lead, leadAttributes(state, lead), leadTags(state, lead));
  return { lead: ordinary(lead) };
}
