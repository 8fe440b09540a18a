import type { ClaimedJob } from '../contract.ts';
import { storageError } from '../errors.ts';
import type { JobOutcome, LaneWorkerOptions } from '../lane-worker-contract.ts';

type HandlerOptions = Pick<LaneWorkerOptions, 'handle' | 'clock' | 'deadlineMs' | 'queue'>;

/**
 * Runs the handler up to its deadline, and never beyond the lease (a try that began late has less time). After it the
 * signal is aborted and the try has failed, whether the handler listens or not; what it answers later is ignored.
 * @throws what the handler throws; job_deadline
 */
export async function runHandler(options: HandlerOptions, job: ClaimedJob): Promise<JobOutcome> {
  const { handle, clock, queue } = options;
  const deadlineMs = Math.min(options.deadlineMs, job.leaseUntil - clock.now());
  const controller = new AbortController();
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(deadlineMs, () => {
      const error = storageError('job_deadline', { kind: job.kind, queue, deadlineMs });
      reject(error);
      controller.abort(error);
    });
  });
  // An async wrapper: a handler that throws before its first await rejects like any other.
  const run = async (): Promise<JobOutcome> => handle(job, { signal: controller.signal });
  try {
    return await Promise.race([run(), late]);
  } finally {
    cancel?.();
  }
}
