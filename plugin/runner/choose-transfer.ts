import { z } from 'zod';
import type { AfterScript, Json } from '../contract/guest.ts';
import { messageWishesSchema, type TransferWishes, transferWishesSchema } from '../contract/events.ts';
import type { DialogEvent } from '../contract/dialog.ts';
import type { LeadRef } from '../contract/lead.ts';
import { isWorkingTime } from '../contract/schedule.ts';
import { pluginError } from '../errors.ts';
import { textSchema } from '../contract/message.ts';
import type { ScriptType } from '../contract/script-types.ts';
import { scriptsThere } from '../core/ask-host.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { type HostJob, hostJob } from '../core/jobs.ts';
import { answerOf, groupsFor, unboundError } from './answer-scripts.ts';

/** The script for «Перевод на оператора» by availability; see `RuntimePlugin.chooseTransfer`. */
export async function chooseTransfer(context: PluginContext, lead: LeadRef): Promise<AfterScript> {
  const binding = context.bindings.of(lead);
  const groups = await groupsFor(context, lead, 'Выбор скрипта перевода');
  const isThere = groups !== undefined && answerOf('hasOnlineOperators', groups, null, binding);
  const isOpen = isWorkingTime(binding?.config.schedule, context.clock.now());
  const byAvailability: ScriptType = isThere && isOpen ? 'transfer_online' : 'transfer_offline';
  for (const type of [byAvailability, 'transfer'] as const) {
    if ((await scriptsThere(context.host, lead, [type])).has(type)) return { do: 'run', script: { type } };
  }
  return { do: 'event', event: 'TransferRequested' };
}

/** The action's name, or what is there instead: never the whole, which may be megabytes. */
function shown(value: Json): string {
  const named = z.looseObject({ action: z.string() }).safeParse(value);
  return named.success ? JSON.stringify(named.data.action.slice(0, 100)) : 'without a name';
}

const actionSchema = z.discriminatedUnion('action', [
  z.looseObject({ action: z.literal('transferToOperator'), wishes: transferWishesSchema.optional() }),
  z.looseObject({ action: z.literal('leaveMessage'), wishes: messageWishesSchema }),
  z.looseObject({ action: z.literal('notifyOperator'), text: textSchema.min(1) }),
  z.looseObject({ action: z.enum(['returnToBot', 'runTransferScript']) }),
]);

function transferEvent(wishes: TransferWishes = {}): AfterScript {
  return { do: 'event', event: 'TransferRequested', ...(Object.keys(wishes).length === 0 ? {} : { wishes }) };
}

/** What the platform does for the actions that a script asked for, in order. @throws action_unknown */
export async function afterScript(
  context: PluginContext,
  lead: LeadRef,
  actions: readonly Json[],
): Promise<AfterScript[]> {
  const answers: AfterScript[] = [];
  for (const value of actions) {
    const parsed = actionSchema.safeParse(value);
    if (!parsed.success) throw pluginError('action_unknown', { action: shown(value) });
    switch (parsed.data.action) {
      case 'transferToOperator':
        answers.push(transferEvent(parsed.data.wishes));
        break;
      case 'leaveMessage':
        answers.push({ do: 'event', event: 'LeaveMessageRequested', wishes: parsed.data.wishes });
        break;
      case 'notifyOperator':
        answers.push({ do: 'event', event: 'OperatorNote', text: parsed.data.text });
        break;
      case 'returnToBot':
        answers.push({ do: 'event', event: 'ReturnRequested' });
        break;
      case 'runTransferScript':
        answers.push(await chooseTransfer(context, lead));
        break;
    }
  }
  return answers;
}

/**
 * A transfer asked for in a channel that every binding excludes, or for a bot that no binding takes: an error in the
 * author's log, the script of type `Нет доступных операторов` if there is one, and nothing else. Of a message that cannot be left
 * the author reads only.
 */
export async function refuseUnboundTransfer(
  context: PluginContext,
  lead: LeadRef,
  lane: string,
  event: DialogEvent,
): Promise<JobOutcome> {
  const scripts = await scriptsThere(context.host, lead, event.type === 'TransferRequested' ? ['no_operators'] : []);
  const error = unboundError(context, lead);
  const jobs: HostJob[] = [{ kind: 'authorLog', level: 'error', text: `${error.code}: ${error.message}` }];
  if (scripts.has('no_operators')) {
    const script = { type: 'no_operators' as const };
    jobs.push({ kind: 'runScript', id: context.newId(), script, cause: 'transfer_failed', duringTransfer: false });
  }
  context.logger.warn('transfer refused', { code: error.code, botId: lead.botId, channel: lead.channel });
  return {
    commit: (tx) => tx.enqueue(jobs.map((job) => hostJob(lane, job))),
  };
}
