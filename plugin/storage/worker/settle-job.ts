import type { ClaimedJob, QueuePause, Transaction } from '../contract.ts';
import { codeOf, storageError } from '../errors.ts';
import type { JobFailure, JobOutcome, LaneWorkerEvent, LaneWorkerOptions } from '../lane-worker-contract.ts';
import { MOST_DEATHS } from '../suspects.ts';
import type { TryLimit } from './try-limit.ts';

/** Bound of the first wait, ms: long enough for a restart's hiccup, short enough that nobody notices. */
const FIRST_BOUND_MS = 1_000;
/** Bound of every later wait, ms: after an outage of hours, everything moves again within five minutes. */
const LAST_BOUND_MS = 5 * 60_000;
/** Shortest wait, ms: full jitter may draw next to nothing, and a failing remote must not be asked in a tight loop. */
const SHORTEST_MS = 100;

/**
 * How long to wait before a job is tried again, ms: exponential, with full jitter (a draw between nothing and the bound),
 * which spreads many jobs that failed together best (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * `attempts`: failed tries before this one.
 */
export function backOff(attempts: number, random: () => number): number {
  const bound = Math.min(LAST_BOUND_MS, FIRST_BOUND_MS * 2 ** attempts);
  return Math.max(SHORTEST_MS, Math.round(random() * bound));
}

/** Shortest pause of a queue, ms: a time that is over already must not make the worker spin. */
const SHORTEST_PAUSE_MS = 100;

/** How a try ends: what one transaction writes, and what is reported when it has committed. */
export interface Settlement {
  readonly write: (tx: Transaction) => Promise<void>;
  readonly event?: Omit<LaneWorkerEvent, 'job'>;
  /** It holds the queue back: nothing more may be claimed before that is stored. */
  readonly holds?: boolean;
  /** It holds this worker back for so long, ms, whatever the others do. */
  readonly holdsOwnerMs?: number;
  /** The job stays in its lane, and its tries count on. */
  readonly stays?: true;
  /** The handler's own `commit` is part of it: when it fails, that is a failure of the try. */
  readonly fromHandler: boolean;
}

/** What decides how a try that failed ends: a queue's options, and how often its jobs are tried. */
export type SettleContext = LaneWorkerOptions & { readonly tries: TryLimit };

type Limits = Pick<SettleContext, 'clock' | 'random' | 'classify' | 'onError' | 'owner' | 'tries'>;

/** The handler resolved. */
export function settleOutcome(job: ClaimedJob, outcome: JobOutcome): Settlement {
  const { commit, end = { do: 'complete' } } = outcome;
  if (end.do === 'dead-letter') {
    return {
      fromHandler: true,
      write: async (tx) => {
        await commit?.(tx);
        await tx.deadLetter(job, end.error);
      },
      event: { type: 'dead', error: end.error },
    };
  }
  const write = async (tx: Transaction): Promise<void> => {
    await commit?.(tx);
    await tx.complete(job);
    // The one job behind the pause went through: whatever closed it is over.
    if (job.probe) await tx.setPause(job.queue, null);
  };
  return { fromHandler: true, write, ...(job.probe ? { event: { type: 'resumed' as const, error: '' } } : {}) };
}

function deadLettered(job: ClaimedJob, error: string): Settlement {
  return { fromHandler: false, write: (tx) => tx.deadLetter(job, error), event: { type: 'dead', error } };
}

function retried(job: ClaimedJob, error: string, notBefore: number, holdUntil?: number): Settlement {
  return {
    fromHandler: false,
    stays: true,
    holds: holdUntil !== undefined,
    write: async (tx) => {
      if (holdUntil !== undefined) await hold(tx, job.queue, holdUntil, error);
      await tx.retry(job, { notBefore, error });
    },
    event: { type: 'retry', error, nextAt: notBefore },
  };
}

function paused(job: ClaimedJob, error: string, until: number, owner?: string): Settlement {
  return {
    fromHandler: false,
    stays: true,
    holds: true,
    event: { type: 'paused', error, nextAt: until },
    write: async (tx) => {
      await hold(tx, job.queue, until, error, owner);
      await tx.release(job);
    },
  };
}

/** Why a queue waits: a code of the catalogue. And whose pause it is, if it is not everybody's (`LaneWorkerOptions.owner`). */
export function pauseOf({ reason }: QueuePause): { readonly code: string; readonly owner?: string } {
  const [code = reason, owner] = reason.split('@');
  return { code, ...(owner === undefined ? {} : { owner }) };
}

/** Two jobs may be told to wait at the same time: the longer wait holds. */
async function hold(tx: Transaction, queue: string, until: number, error: string, owner?: string): Promise<void> {
  const pause = await tx.getPause(queue);
  if (pause !== undefined && pause.until > until) return;
  const code = /^\w+/.exec(error)?.[0] ?? error;
  const reason = owner === undefined ? code : `${code}@${owner}`;
  await tx.setPause(queue, { until, reason });
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

/** The end of a job that must not be tried again; `undefined`: it may be. */
export function settleDeadly(job: ClaimedJob): Settlement | undefined {
  const { deaths = 0 } = job;
  if (deaths < MOST_DEATHS) return undefined;
  const { code, message } = storageError('job_deadly', { deaths });
  return deadLettered(job, `${code}: ${message}`);
}

/** The handler rejected, overran its deadline, or its `commit` failed. */
export function settleFailure(options: Limits, error: unknown, job: ClaimedJob): Settlement {
  const now = options.clock.now();
  // Another writer changed what the handler had read: it runs again at once, on what is there now.
  if (codeOf(error) === 'storage_conflict') return retried(job, 'storage_conflict', now);
  const failure = classified(options, error, job);
  if (failure.do === 'dead-letter') return deadLettered(job, failure.error);
  if (failure.do === 'leave') return { fromHandler: false, stays: true, write: (tx) => tx.release(job, failure.until) };
  if (failure.do === 'pause') {
    const until = Math.max(failure.until, now + SHORTEST_PAUSE_MS);
    if (failure.isOwners !== true || options.owner === undefined) return paused(job, failure.error, until);
    return { ...paused(job, failure.error, until, options.owner), holdsOwnerMs: until - now };
  }
  if (options.tries.left(job) === 0) return deadLettered(job, failure.error);
  options.tries.failed(job);
  const nextAt = Math.max(now + backOff(job.attempts, options.random), failure.notBefore ?? 0);
  return retried(job, failure.error, nextAt, failure.holdUntil);
}

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

/** Commits how a try ended, for as long as the lease lasts (`isOurs`). Never rejects: what cannot be committed is reported, and the lease runs out. */
export async function settleJob(
  options: SettleContext,
  { job, isOurs }: { readonly job: ClaimedJob; readonly isOurs: () => boolean },
  first: Settlement,
  report: (event: LaneWorkerEvent) => void,
): Promise<void> {
  let settlement = first;
  for (;;) {
    try {
      await options.storage.transaction(settlement.write);
      if (settlement.stays !== true) options.tries.ended(job);
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
        if (isOurs()) continue;
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
