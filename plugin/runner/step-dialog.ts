import { dialogEventSchema, type DialogEvent, type DialogState, type TransferEnd } from '../contract/dialog.ts';
import { leadOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { ClaimedJob, Transaction } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { refuseUnboundTransfer } from './choose-transfer.ts';
import { gatherFacts } from './gather-facts.ts';
import { NO_BINDING, parseDialogLane, dialogJob, DIALOG_QUEUE, dialogLane } from '../core/jobs.ts';
import { mayNeedFacts, type Facts, type Transition, type TransitionContext } from '../dialog/facts.ts';
import { transition } from '../dialog/transition.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { type DialogRecord, readDialog, writeDialog } from '../core/dialog-record.ts';
import { keepTransfer } from '../core/transfer-store.ts';
import { withOrigin } from '../core/origin.ts';
import { performEffects } from './perform-effects.ts';

/** A dialog and what happens in it. */
export interface DialogStep {
  readonly binding: Binding;
  readonly userId: string;
  readonly event: DialogEvent;
}

/**
 * One event of a dialog: the pure machine decides, and one transaction commits the new state, the outgoing jobs and the
 * job done. A crash before it repeats the step; no half effect is ever visible.
 */
export function createDialogHandler(context: PluginContext): (job: ClaimedJob) => Promise<JobOutcome> {
  return async (job) => {
    const event = dialogEventSchema.parse(job.payload);
    const { bindingId, userId } = parseDialogLane(job.lane);
    const lead = leadOf(userId);
    if (lead === undefined) throw pluginError('job_unreadable', { job: job.kind });
    if (bindingId === NO_BINDING) return refuseUnboundTransfer(context, lead, job.lane, event);
    const binding = context.bindings.get(bindingId);
    if (binding === undefined) throw pluginError('binding_unknown', { binding: bindingId });

    const facts = await gatherFacts(context, binding, userId, lead, event);
    return { commit: (tx) => stepDialog(tx, context, { binding, userId, event }, facts) };
  };
}

/** Takes one event of a dialog: the pure machine decides, and the transaction gets the new state and the outgoing jobs. */
async function stepDialog(tx: Transaction, context: PluginContext, step: DialogStep, facts: Facts): Promise<void> {
  const known = await readDialog(tx, dialogLane(step.binding.id, step.userId));
  await finish(tx, context, step, await decide(tx, context, step, facts, known));
}

/**
 * The same at once, in the transaction that takes the event in, when nothing of the dialog waits before it and the event
 * needs nothing from outside: most events are a message to pass on, and spare a job of their own that way. Otherwise the
 * event goes to the end of its dialog's lane. A job under way counts as waiting, so that the order is the lane's.
 *
 * What cannot be decided here (another node changed the dialog meanwhile, a state that cannot be read) is left to the
 * lane, which tries again: nothing was written by then.
 */
export async function stepOrEnqueue(
  tx: Transaction,
  context: PluginContext,
  step: DialogStep,
  known?: DialogRecord,
): Promise<void> {
  const lane = dialogLane(step.binding.id, step.userId);
  let decided: Decided | undefined;
  try {
    // Read before its lane is looked at, also when the lane gets the event: on a database that several nodes share, the
    // read locks the dialog, so that none of them takes a step or adds an event in between.
    const current = known ?? (await readDialog(tx, lane));
    const isNext =
      !mayNeedFacts(step.event, step.binding.config, current.state) &&
      (await tx.listJobs(DIALOG_QUEUE, lane, 1)).length === 0;
    if (isNext) decided = await decide(tx, context, step, {}, current);
  } catch {
    decided = undefined;
  }
  if (decided === undefined) await tx.enqueue([dialogJob(lane, step.event)]);
  else await finish(tx, context, step, decided);
}

interface Decided {
  readonly before: DialogState;
  readonly result: Transition;
}

async function decide(
  tx: Transaction,
  context: PluginContext,
  { binding, userId, event }: DialogStep,
  facts: Facts,
  record: DialogRecord,
): Promise<Decided> {
  const { state } = record;
  const result = transition(state, event, transitionContext(context, binding, facts));
  if (result.state !== state) await writeDialog(tx, dialogLane(binding.id, userId), result.state, record);
  return { before: state, result };
}

async function finish(tx: Transaction, context: PluginContext, step: DialogStep, decided: Decided): Promise<void> {
  const { transfer } = decided.result.state;
  await withOrigin(transfer === 0 ? undefined : { transfer }, async () => {
    await performEffects(tx, context, step.binding, step.userId, decided.result.effects);
    await keepTransfer(tx, dialogLane(step.binding.id, step.userId), decided.before, decided.result.state);
    report(context, step, decided);
  });
}

function transitionContext(context: PluginContext, { config, clock }: Binding, facts: Facts): TransitionContext {
  const now = context.clock.now();
  return {
    now,
    liveTexTime: clock.earliest(now),
    timeouts: {
      transferMs: config.transferTimeout * 1_000,
      pickupMs: config.pickupTimeout === undefined ? null : config.pickupTimeout * 1_000,
      replyMs: config.replyTimeout === undefined ? null : config.replyTimeout * 1_000,
    },
    settings: config,
    facts,
  };
}

/** How long the lead waited since LiveTex took the dialog: for an operator to open it, and to answer first. */
function measureWaits(
  { measures, clock }: PluginContext,
  binding: string,
  before: DialogState,
  after: DialogState,
): void {
  const { selectedAt } = after;
  if (selectedAt === null) return;
  const seconds = (clock.now() - selectedAt) / 1_000;
  if (before.mode !== 'operator' && after.mode === 'operator') measures.operatorWait.observe({ binding }, seconds);
  if (!before.hasAnswered && after.hasAnswered) measures.firstAnswer.observe({ binding }, seconds);
}

/** What ended the transfer by this step; `undefined`: it goes on, or there was none. */
function endedBy(before: DialogState, after: DialogState): { readonly endedBy: TransferEnd } | undefined {
  const end = after.lastTransfer?.endedBy ?? null;
  return before.mode === 'bot' || after.mode !== 'bot' || end === null ? undefined : { endedBy: end };
}

/** For people only, so it is told from inside the transaction: should that fail, the repeat tells it once more. */
function report(context: PluginContext, { binding, userId, event }: DialogStep, { before, result }: Decided): void {
  const { state: after, effects, cause } = result;
  for (const effect of effects) {
    if (effect.do === 'count') {
      context.counters.add('livetex_transfers_total', { binding: binding.id, outcome: effect.outcome });
    }
  }
  measureWaits(context, binding.id, before, after);
  const ended = endedBy(before, after);
  if (ended !== undefined) {
    context.counters.add('livetex_transfer_ends_total', { binding: binding.id, ended_by: ended.endedBy });
  }
  const facts = { binding: binding.id, userId, transfer: after.transfer, mode: after.mode };
  if (before.mode === after.mode) {
    context.logger.debug('dialog event', { ...facts, event: event.type });
    return;
  }
  context.logger.info('dialog mode changed', { ...facts, from: before.mode, cause, ...ended });
  const { transfer, mode: to } = after;
  const at = context.clock.now();
  context.observe({ kind: 'mode', at, binding: binding.id, userId, from: before.mode, to, transfer, cause, ...ended });
}
