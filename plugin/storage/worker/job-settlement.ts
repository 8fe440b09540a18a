import { backOff } from './back-off.ts';
import type { ClaimedJob, Transaction } from '../contract.ts';
import { codeOf, storageError } from '../errors.ts';
import type { JobFailure, JobOutcome, LaneWorkerEvent, LaneWorkerOptions } from '../lane-worker-contract.ts';

/** How long a job is tried from its first failure on, ms: a day (README.md, "What is promised when things fail"). */
const GIVE_UP_AFTER_MS = 24 * 60 * 60_000;
/** Shortest pause of a queue, ms: a time that is over already must not make the worker spin. */
const SHORTEST_PAUSE_MS = 100;

/** How a try ends: what one transaction writes, and what is reported when it has committed. */
export interface Settlement {
  readonly write: (tx: Transaction) => Promise<void>;
  readonly event?: Omit<LaneWorkerEvent, 'job'>;
  /** The handler's own `commit` is part of it: when it fails, that is a failure of the try. */
  readonly fromHandler: boolean;
}

type Limits = Pick<LaneWorkerOptions, 'clock' | 'random' | 'giveUpAfterMs' | 'classify' | 'onError' | 'queue'>;

/** The handler resolved. */
export function settleOutcome(job: ClaimedJob, outcome: JobOutcome): Settlement {
  const { commit, end = { do: 'complete' } } = outcome;
  if (end.do === 'bury') {
    return {
      fromHandler: true,
      write: async (tx) => {
        await commit?.(tx);
        await tx.bury(job, end.error);
      },
      event: { type: 'dead', error: end.error },
    };
  }
  const write = async (tx: Transaction): Promise<void> => {
    await commit?.(tx);
    await tx.complete(job);
    // The one job behind the gate went through: whatever closed it is over.
    if (job.probe) await tx.setGate(job.queue, null);
  };
  return { fromHandler: true, write, ...(job.probe ? { event: { type: 'resumed' as const, error: '' } } : {}) };
}

function buried(job: ClaimedJob, error: string): Settlement {
  return { fromHandler: false, write: (tx) => tx.bury(job, error), event: { type: 'dead', error } };
}

function retried(job: ClaimedJob, error: string, notBefore: number): Settlement {
  return {
    fromHandler: false,
    write: (tx) => tx.retry(job, { notBefore, error }),
    event: { type: 'retry', error, nextAt: notBefore },
  };
}

function paused(job: ClaimedJob, error: string, until: number): Settlement {
  return {
    fromHandler: false,
    event: { type: 'paused', error, nextAt: until },
    write: async (tx) => {
      // Two jobs may be told to wait at the same time: the longer wait holds.
      const gate = await tx.getGate(job.queue);
      const reason = /^\w+/.exec(error)?.[0] ?? error;
      await tx.setGate(job.queue, { until: Math.max(until, gate?.until ?? 0), reason });
      await tx.release(job);
    },
  };
}

/** What `classify` makes of an error; one that throws itself must not stop the lane. */
function classified(options: Limits, error: unknown, job: ClaimedJob): JobFailure {
  try {
    return options.classify(error, job);
  } catch (failure) {
    options.onError(failure);
    return { do: 'retry', error: codeOf(error) ?? 'unknown' };
  }
}

/**
 * Processes in a row that may die while they try a job. Our choice: at the first death it is one suspect of many; at the
 * second and the third it was the only one under way, which is no accident any more.
 */
const MOST_DEATHS = 3;

/** The end of a job that must not be tried again; `undefined`: it may be. */
export function settleDeadly(job: ClaimedJob): Settlement | undefined {
  const { deaths = 0 } = job;
  if (deaths < MOST_DEATHS) return undefined;
  const { code, message } = storageError('job_deadly', { deaths });
  return buried(job, `${code}: ${message}`);
}

/** The handler rejected, overran its deadline, or its `commit` failed. */
export function settleFailure(options: Limits, error: unknown, job: ClaimedJob): Settlement {
  const now = options.clock.now();
  // Another writer changed what the handler had read: it runs again at once, on what is there now.
  if (codeOf(error) === 'storage_conflict') return retried(job, 'storage_conflict', now);
  const failure = classified(options, error, job);
  if (failure.do === 'bury') return buried(job, failure.error);
  if (failure.do === 'pause') return paused(job, failure.error, Math.max(failure.until, now + SHORTEST_PAUSE_MS));
  const giveUpAt = (job.firstFailedAt ?? now) + (options.giveUpAfterMs ?? GIVE_UP_AFTER_MS);
  if (now >= giveUpAt) return buried(job, failure.error);
  const nextAt = Math.max(now + backOff(job.attempts, options.random), failure.notBefore ?? 0);
  return retried(job, failure.error, nextAt);
}
