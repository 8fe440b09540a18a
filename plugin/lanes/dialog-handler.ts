import { dialogEventSchema } from '../contract/dialog-event.ts';
import { leadOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { refuseUnboundTransfer } from './unbound-transfer.ts';
import { gatherFacts } from './gather-facts.ts';
import type { PluginParts } from './plugin-parts.ts';
import { NO_BINDING, partsOfLane } from './queue-names.ts';
import { stepDialog } from './step-dialog.ts';

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
    return { commit: (tx) => stepDialog(tx, parts, { binding, userId, event }, facts) };
  };
}
