import type { LeadRef } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { scriptsThere } from './gather-facts.ts';
import type { HostJob } from './host-job.ts';
import { hostJob } from './new-jobs.ts';
import type { PluginParts } from './plugin-parts.ts';

/**
 * A transfer asked for in a channel that every binding excludes, or for a bot that no binding takes: an error in the
 * author's log, the script of type `Нет доступных операторов` if there is one, and nothing else.
 */
export async function refuseUnboundTransfer(parts: PluginParts, lead: LeadRef, lane: string): Promise<JobOutcome> {
  const scripts = await scriptsThere(parts.host, lead, ['no_operators']);
  const error = unboundError(parts, lead);
  const jobs: HostJob[] = [{ kind: 'authorLog', level: 'error', text: `${error.code}: ${error.message}` }];
  if (scripts.has('no_operators')) {
    const script = { type: 'no_operators' as const };
    jobs.push({ kind: 'runScript', id: parts.newId(), script, cause: 'transfer_failed', duringTransfer: false });
  }
  parts.logger.warn('transfer refused', { code: error.code, botId: lead.botId, channel: lead.channel });
  return {
    commit: (tx) => tx.enqueue(jobs.map((job) => hostJob(lane, job))),
  };
}

/** Why no binding takes this lead. */
export function unboundError(parts: Pick<PluginParts, 'bindings'>, lead: LeadRef) {
  const takesBot = parts.bindings.all.some((binding) => parts.bindings.takesBot(binding, lead.botId));
  return takesBot
    ? pluginError('channel_excluded', { channel: lead.channel })
    : pluginError('bot_not_bound', { botId: lead.botId });
}
