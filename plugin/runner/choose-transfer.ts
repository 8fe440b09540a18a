import { z } from 'zod';
import type { AfterScript, GuestFunction, Json, KnownAnswer } from '../contract/guest.ts';
import { type TransferWishes, transferWishesSchema } from '../contract/events.ts';
import { type LeadRef, userIdOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { ScriptType } from '../contract/script-types.ts';
import { scriptsThere } from '../core/ask-host.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { type HostJob, dialogLane, hostJob } from '../core/jobs.ts';
import { readDialog } from '../core/dialog-record.ts';
import { lastTransferOf } from '../dialog/dialog-state.ts';

/** What a missing answer comes to, in the author's log. */
const CONSEQUENCE = 'считаем, что их нет';

/**
 * Are operators online, by what is known within the last seconds? What cannot be known counts as no, and the author's
 * log says why: a script asks in order to choose, and must go on.
 */
async function hasOnlineOperators(context: PluginContext, lead: LeadRef, call: string): Promise<boolean> {
  const binding = context.bindings.of(lead);
  if (binding === undefined) {
    const error = unboundError(context, lead);
    tellAuthor(`${call}: ${CONSEQUENCE}. ${error.code}: ${error.message}`);
    return false;
  }
  const availability = await binding.client.availability();
  if (availability.state === 'unknown') {
    const why = availability.error ? `: ${availability.error.message}` : '';
    tellAuthor(`${call}: неизвестно, есть ли операторы онлайн, ${CONSEQUENCE}${why}`);
  }
  return availability.state === 'online';

  function tellAuthor(text: string): void {
    context.host.authorLog?.(lead, { level: 'warn', text });
  }
}

/** `livetex.hasOnlineOperators()` of the sandbox. Takes no arguments, whatever a script passes. */
export function hasOnlineOperatorsFunction(context: PluginContext): GuestFunction {
  return ({ lead }) => hasOnlineOperators(context, lead, 'livetex.hasOnlineOperators()');
}

/** `livetex.getLastTransfer()` of the sandbox: as the dialog stands when the script asks. */
export function getLastTransferFunction(context: PluginContext): GuestFunction {
  return async ({ lead }) => {
    const binding = context.bindings.of(lead);
    if (binding === undefined) return null;
    const lane = dialogLane(binding.id, userIdOf(lead));
    const { state } = await context.storage.read((tx) => readDialog(tx, lane));
    return lastTransferOf(state);
  };
}

/** `livetex.hasOnlineOperators()` as it would be answered at once: the same answer, so a script gets it beforehand. */
export function knownToScripts(context: Pick<PluginContext, 'bindings'>, lead: LeadRef): KnownAnswer[] {
  const known = context.bindings.of(lead)?.client.knownAvailability?.();
  // What is unknown has its reason told to the author, once for each script that asks.
  if (known === undefined || known.availability.state === 'unknown') return [];
  return [
    {
      name: 'hasOnlineOperators',
      args: null,
      value: known.availability.state === 'online',
      forMs: known.forMs,
    },
  ];
}

/** The script for «Перевод на оператора» by availability; see `RuntimePlugin.chooseTransfer`. */
export async function chooseTransfer(context: PluginContext, lead: LeadRef): Promise<AfterScript> {
  const byAvailability: ScriptType = (await hasOnlineOperators(context, lead, 'Выбор скрипта перевода'))
    ? 'transfer_online'
    : 'transfer_offline';
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
 * author's log, the script of type `Нет доступных операторов` if there is one, and nothing else.
 */
export async function refuseUnboundTransfer(context: PluginContext, lead: LeadRef, lane: string): Promise<JobOutcome> {
  const scripts = await scriptsThere(context.host, lead, ['no_operators']);
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

/** Why no binding takes this lead. */
function unboundError(context: Pick<PluginContext, 'bindings'>, lead: LeadRef) {
  const takesBot = context.bindings.all.some((binding) => context.bindings.takesBot(binding, lead.botId));
  return takesBot
    ? pluginError('channel_excluded', { channel: lead.channel })
    : pluginError('bot_not_bound', { botId: lead.botId });
}
