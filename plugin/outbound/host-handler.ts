import type { Delivery } from '../contract/host.ts';
import { leadOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { ClaimedJob } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import { askHost } from '../core/ask-host.ts';
import { hostJobSchema, parseDialogLane } from '../core/jobs.ts';
import { originField } from '../core/origin.ts';
import type { PluginContext } from '../core/plugin-context.ts';

/** One call of the platform: at least once, in order per lead, each with the id that its job was stored with. */
export function createHostHandler(context: PluginContext): (job: ClaimedJob) => Promise<JobOutcome> {
  const { host } = context;
  return async (job) => {
    const call = hostJobSchema.parse(job.payload);
    const { userId } = parseDialogLane(job.lane);
    const lead = leadOf(userId);
    if (lead === undefined) throw pluginError('job_unreadable', { job: job.kind });
    switch (call.kind) {
      case 'deliver':
        await askHost('deliver', () => host.deliver(lead, { ...(call.delivery as Delivery), ...originField() }));
        return {};
      case 'runScript': {
        const { id, script, cause, duringTransfer } = call;
        await askHost('runScript', () => host.runScript(lead, { id, script, cause, duringTransfer, ...originField() }));
        return {};
      }
      case 'setForwarded':
        await askHost('setForwarded', () =>
          host.setForwarded(lead, { id: call.id, forwarded: call.forwarded, ...originField() }),
        );
        return {};
      case 'authorLog':
        // Our own sentence, without a word of lead, bot or operator: it says at night why a dialog went another way.
        context.logger.info('told to the author', { userId, told: call.text });
        host.authorLog?.(lead, { level: call.level, text: call.text, ...originField() });
        return {};
    }
  };
}
