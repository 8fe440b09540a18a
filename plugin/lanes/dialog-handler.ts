import { type DialogEvent, dialogEventSchema } from '../contract/dialog-event.ts';
import type { DialogState } from '../contract/dialog-state.ts';
import { leadOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { Transition, TransitionContext } from '../dialog/transition-context.ts';
import { transition } from '../dialog/transition.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import type { Binding } from './bindings.ts';
import { readDialog, writeDialog } from './dialog-record.ts';
import { refuseUnboundTransfer } from './unbound-transfer.ts';
import { gatherFacts } from './gather-facts.ts';
import { performEffects } from './perform-effects.ts';
import type { PluginParts } from './plugin-parts.ts';
import { NO_BINDING, partsOfLane } from './queue-names.ts';

/**
 * One event of a dialog: the pure machine decides, and one transaction commits the new state, the outgoing jobs and the
 * job done. A crash before it repeats the step; no half effect is ever visible (design, section 4).
 */
export function createDialogHandler(parts: PluginParts): (job: ClaimedJob) => Promise<JobOutcome> {
  return async (job) => {
    const event = dialogEventSchema.parse(job.payload);
    const { bindingId, userId } = partsOfLane(job.lane);
    const lead = leadOf(userId);
    if (lead === undefined) throw pluginError('job_unreadable', { job: job.kind });
    if (bindingId === NO_BINDING) return refuseUnboundTransfer(parts, lead, job.lane);
    const binding = parts.bindings.get(bindingId);
    if (binding === undefined) throw pluginError('binding_unknown', { binding: bindingId });

    const facts = await gatherFacts(parts, binding, userId, lead, event);
    return {
      commit: async (tx) => {
        const { state, version } = await readDialog(tx, job.lane);
        const result = transition(state, event, contextOf(parts, binding, facts));
        if (result.state !== state) await writeDialog(tx, job.lane, result.state, version);
        await performEffects(tx, parts, binding, userId, result.effects);
        report(parts, binding, userId, event, state, result);
      },
    };
  };
}

function contextOf(parts: PluginParts, { config }: Binding, facts: TransitionContext['facts']): TransitionContext {
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
function report(
  parts: PluginParts,
  binding: Binding,
  userId: string,
  event: DialogEvent,
  before: DialogState,
  { state: after, effects, cause }: Transition,
): void {
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
