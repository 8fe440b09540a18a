import type { DialogEvent } from '../contract/dialog-event.ts';
import type { DialogState } from '../contract/dialog-state.ts';
import { mayNeedFacts } from '../dialog/needs.ts';
import type { Facts, Transition, TransitionContext } from '../dialog/transition-context.ts';
import { transition } from '../dialog/transition.ts';
import type { Transaction } from '../storage/contract.ts';
import type { Binding } from './bindings.ts';
import { type DialogRecord, readDialog, writeDialog } from './dialog-record.ts';
import { dialogJob } from './new-jobs.ts';
import { performEffects } from './perform-effects.ts';
import type { PluginParts } from './plugin-parts.ts';
import { DIALOG_QUEUE, dialogLane } from './queue-names.ts';

/** A dialog and what happens in it. */
export interface DialogStep {
  readonly binding: Binding;
  readonly userId: string;
  readonly event: DialogEvent;
}

/** Takes one event of a dialog: the pure machine decides, and the transaction gets the new state and the outgoing jobs. */
export async function stepDialog(tx: Transaction, parts: PluginParts, step: DialogStep, facts: Facts): Promise<void> {
  const known = await readDialog(tx, dialogLane(step.binding.id, step.userId));
  await finish(tx, parts, step, await decide(tx, parts, step, facts, known));
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
  parts: PluginParts,
  step: DialogStep,
  known?: DialogRecord,
): Promise<void> {
  const lane = dialogLane(step.binding.id, step.userId);
  let decided: Decided | undefined;
  try {
    // Read before its lane is looked at, also when the lane gets the event: on a database that several nodes share, the
    // read locks the dialog, so that none of them takes a step or adds an event in between.
    const current = known ?? (await readDialog(tx, lane));
    const isNext = !mayNeedFacts(step.event) && (await tx.listJobs(DIALOG_QUEUE, lane, 1)).length === 0;
    if (isNext) decided = await decide(tx, parts, step, {}, current);
  } catch {
    decided = undefined;
  }
  if (decided === undefined) await tx.enqueue([dialogJob(lane, step.event)]);
  else await finish(tx, parts, step, decided);
}

interface Decided {
  readonly before: DialogState;
  readonly result: Transition;
}

async function decide(
  tx: Transaction,
  parts: PluginParts,
  { binding, userId, event }: DialogStep,
  facts: Facts,
  { state, version }: DialogRecord,
): Promise<Decided> {
  const result = transition(state, event, contextOf(parts, binding, facts));
  if (result.state !== state) await writeDialog(tx, dialogLane(binding.id, userId), result.state, version);
  return { before: state, result };
}

async function finish(tx: Transaction, parts: PluginParts, step: DialogStep, decided: Decided): Promise<void> {
  await performEffects(tx, parts, step.binding, step.userId, decided.result.effects);
  report(parts, step, decided);
}

function contextOf(parts: PluginParts, { config }: Binding, facts: Facts): TransitionContext {
  return {
    now: parts.clock.now(),
    timeouts: {
      transferMs: config.transferTimeout * 1_000,
      pickupMs: config.pickupTimeout === undefined ? null : config.pickupTimeout * 1_000,
      replyMs: config.replyTimeout === undefined ? null : config.replyTimeout * 1_000,
    },
    facts,
  };
}

/** For people only, so it is told from inside the transaction: should that fail, the repeat tells it once more. */
function report(parts: PluginParts, { binding, userId, event }: DialogStep, { before, result }: Decided): void {
  const { state: after, effects, cause } = result;
  for (const effect of effects) {
    if (effect.do === 'count') {
      parts.counters.add('livetex_transfers_total', { binding: binding.id, outcome: effect.outcome });
    }
  }
  const context = { binding: binding.id, userId, transfer: after.transfer, mode: after.mode };
  if (before.mode === after.mode) {
    parts.logger.debug('dialog event', { ...context, event: event.type });
    return;
  }
  parts.logger.info('dialog mode changed', { ...context, from: before.mode, cause });
  const { transfer, mode: to } = after;
  const at = parts.clock.now();
  parts.observe({ kind: 'mode', at, binding: binding.id, userId, from: before.mode, to, transfer, cause });
}
