/** Where a lead's things lie in storage. The key is LiveTex's user id: the same lead has the same one for ever. */
import { type LeadRef, userIdOf } from '../../plugin/contract/lead.ts';

export const LEADS = 'leads';
/** Number of a lead → who it is. */
export const LEAD_IDS = 'lead_ids';
/** Apart from the lead's record, because the plugin sets it while a script of the lead may be running. */
export const LEAD_FLAGS = 'lead_flags';
export const BOTS = 'bots';

export const leadKey = userIdOf;

export function transcriptOf(lead: LeadRef): string {
  return `transcript:${userIdOf(lead)}`;
}

export function authorLogOf(lead: LeadRef): string {
  return `author_log:${userIdOf(lead)}`;
}

/** A bot's leads, one lane each. A queue per bot: a node works only on bots whose folder it has. */
export function leadQueue(botId: string): string {
  return `lead:${botId}`;
}

/** What ids of a lead are remembered for: the channel's messages, runs of scripts and deliveries that a plugin asked for. */
const ID_KINDS = ['message', 'run', 'delivery'] as const;

/** Within which a repeated id of this kind is recognised. */
export function idScope(kind: (typeof ID_KINDS)[number], lead: LeadRef): string {
  return `${kind}:${userIdOf(lead)}`;
}

export function idScopesOf(lead: LeadRef): string[] {
  return ID_KINDS.map((kind) => idScope(kind, lead));
}
