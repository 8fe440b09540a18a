/** The worker that performs the jobs of one queue: what it is given and what a handler answers. */
import type { ClaimedJob, Storage, StorageClock, Transaction } from './contract.ts';

/** How a job ends, committed in one transaction with what the handler wants stored. */
export interface JobOutcome {
  /** Stores the job's effects (state, further jobs) in the transaction that ends the job. Runs again only if that transaction failed. */
  readonly commit?: (tx: Transaction) => Promise<void>;
  /** Left out: the job is complete. */
  readonly end?: { readonly do: 'complete' } | { readonly do: 'dead-letter'; readonly error: string };
}

/** What to do about a handler that rejected. `error` is what is stored and shown: a code and a message without secrets. */
export type JobFailure =
  /** Again after back-off with jitter, or not before `notBefore`; given up when its tries are used up (`try-limit.ts`). */
  | {
      readonly do: 'retry';
      readonly error: string;
      readonly notBefore?: number;
      /** The whole queue waits until then (Unix ms), on all nodes; afterwards one job at a time tries whether it goes again. */
      readonly holdUntil?: number;
    }
  /** Given up at once; the lane goes on with its next job. */
  | { readonly do: 'dead-letter'; readonly error: string }
  /** Not for this process: the claim is given back until then (Unix ms), for other nodes; no try is counted. */
  | { readonly do: 'leave'; readonly until: number }
  /**
   * The whole queue waits until then (Unix ms), on all nodes; the try is not counted against the job. With `isOwners` the
   * workers of another `owner` do not wait.
   */
  | { readonly do: 'pause'; readonly error: string; readonly until: number; readonly isOwners?: true };

export interface LaneWorkerEvent {
  readonly type: 'retry' | 'dead' | 'paused' | 'resumed' | 'claim_lost';
  readonly job: ClaimedJob;
  readonly error: string;
  /** Unix ms of the next try. */
  readonly nextAt?: number;
}

export interface WorkerClock extends StorageClock {
  /** Calls `act` once after `ms`; the returned function cancels. */
  after(ms: number, act: () => void): () => void;
}

/** One try of a job. */
export interface JobAttempt {
  /** Aborted when the try has taken too long. */
  readonly signal: AbortSignal;
  /** Tries that follow when this one fails; 0: then the job is given up. */
  readonly triesLeft: number;
  /**
   * Told that the handler only waits for something outside (`true`), and that it works again: until then another job may have
   * its slot. Whoever says so keeps few enough of them.
   */
  readonly onAway: (away: boolean) => void;
}

/** Wakes the workers of many queues, so that an idle one needs no timer and no listener of its own. */
export interface QueueWatch {
  /** `wake` is called after each commit that may have made work in the queue, and now and then. The answer ends it. */
  add(queue: string, wake: () => void): () => void;
}

export interface LaneWorkerOptions {
  readonly storage: Storage;
  readonly queue: string;
  /** Jobs under way at one time in this process. */
  readonly concurrency: number;
  /** Lanes of the queue under way at one time on all nodes together. */
  readonly maxClaimed?: number;
  /** Asked at each claim: only lanes with these prefixes (`ClaimRequest.prefixes`) are for this worker, others it leaves where they are. */
  readonly prefixes?: () => readonly string[];
  /** Told at each look which other prefixes have lanes that are due; empty: none. */
  readonly onLeft?: (prefixes: readonly string[]) => void;
  /** A handler that has not settled by then is aborted by its signal; shorter than the lease. */
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly handle: (job: ClaimedJob, attempt: JobAttempt) => Promise<JobOutcome>;
  readonly classify: (error: unknown, job: ClaimedJob) => JobFailure;
  /** Failed tries after which a job is given up, and how many of them this process must have made itself. Default: a day of trying (`try-limit.ts`). */
  readonly mostTries?: number;
  readonly triesSinceStart?: number;
  /**
   * With what this worker tries (a mark of a token), when others may try the same queue with something else: what is refused
   * to one of them holds back that one only. Letters and digits.
   */
  readonly owner?: string;
  /** Left out: the worker watches its queue by itself. */
  readonly watch?: QueueWatch;
  readonly clock: WorkerClock;
  /** In [0, 1): the jitter. */
  readonly random: () => number;
  readonly onEvent?: (event: LaneWorkerEvent) => void;
  /** An error of storage itself: logged by the owner; the worker goes on after a pause. */
  readonly onError: (error: unknown) => void;
}

export interface LaneWorker {
  start(): void;
  /** Claims nothing more and resolves when what is under way has ended. */
  stop(): Promise<void>;
  /** Resolves when nothing is claimable now and nothing is under way (tests wait for it). */
  idle(): Promise<void>;
}
