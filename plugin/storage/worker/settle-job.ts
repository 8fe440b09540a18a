import type { ClaimedJob } from '../contract.ts';
import { codeOf } from '../errors.ts';
import { type Settlement, settleFailure } from './job-settlement.ts';
import type { LaneWorkerEvent, LaneWorkerOptions } from '../lane-worker-contract.ts';

/** Pause before storage that failed is asked again, ms: a disk or a server needs about this long to recover. */
export const STORAGE_PAUSE_MS = 1_000;

/**
 * Errors of storage that pass. The job's effects outside are done, so its outcome is committed again rather than the
 * handler run again, which would double them.
 */
const PASSING = new Set([
  'storage_failed',
  'storage_full',
  'storage_unreachable',
  'storage_connections',
  'storage_outcome_unknown',
]);

function pause(options: LaneWorkerOptions): Promise<void> {
  return new Promise((resolve) => {
    options.clock.after(STORAGE_PAUSE_MS, resolve);
  });
}

/** Commits how a try ended. Never rejects: what cannot be committed is reported, and the lease runs out. */
export async function settleJob(
  options: LaneWorkerOptions,
  job: ClaimedJob,
  first: Settlement,
  report: (event: LaneWorkerEvent) => void,
): Promise<void> {
  let settlement = first;
  for (;;) {
    try {
      await options.storage.transaction(settlement.write);
      if (settlement.event !== undefined) report({ ...settlement.event, job });
      return;
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code === 'claim_lost') {
        report({ type: 'claim_lost', job, error: code });
        return;
      }
      if (PASSING.has(code)) {
        options.onError(error);
        await pause(options);
        if (options.clock.now() < job.leaseUntil) continue;
        report({ type: 'claim_lost', job, error: code });
        return;
      }
      if (!settlement.fromHandler) {
        options.onError(error);
        return;
      }
      settlement = settleFailure(options, error, job);
    }
  }
}
