import type { ClaimedJob, QueuePause } from '../contract.ts';
import { storageError } from '../errors.ts';
import type {
  JobAttempt,
  JobOutcome,
  LaneWorker,
  LaneWorkerEvent,
  LaneWorkerOptions,
} from '../lane-worker-contract.ts';
import {
  pauseOf,
  STORAGE_PAUSE_MS,
  type SettleContext,
  type Settlement,
  settleDeadly,
  settleFailure,
  settleJob,
  settleOutcome,
} from './settle-job.ts';
import { steadyTime } from '../system-clock.ts';
import { createTryLimit } from './try-limit.ts';

type HandlerOptions = Pick<SettleContext, 'handle' | 'clock' | 'deadlineMs' | 'queue' | 'tries'>;

/**
 * Runs the handler up to its deadline, and never beyond the lease (a try that began late has less time). After it the
 * signal is aborted and the try has failed, whether the handler listens or not; what it answers later is ignored.
 * @throws what the handler throws; job_deadline
 */
async function runHandler(
  options: HandlerOptions,
  job: ClaimedJob,
  leaseMs: number,
  onAway: JobAttempt['onAway'],
): Promise<JobOutcome> {
  const { handle, clock, queue, tries } = options;
  const deadlineMs = Math.min(options.deadlineMs, leaseMs);
  const controller = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<JobOutcome>();
  const cancel = clock.after(deadlineMs, () => {
    const error = storageError('job_deadline', { kind: job.kind, queue, deadlineMs });
    reject(error);
    controller.abort(error);
  });
  // An async wrapper: a handler that throws before its first await rejects like any other.
  const run = async (): Promise<JobOutcome> =>
    handle(job, { signal: controller.signal, triesLeft: tries.left(job), onAway });
  run().then(resolve, reject);
  try {
    return await promise;
  } finally {
    cancel();
  }
}

/** Asking without a reason, ms: a safety net for wake-ups that were lost (another node, a broken connection). */
export const POLL_MS = 5_000;
/** Asking again when work is ready but may not be claimed now (`maxClaimed` used up by other nodes), ms. */
const CROWDED_POLL_MS = 100;

interface IdleWaiter {
  /** Claims begun before the question; only a later one can answer it. */
  readonly claimsBefore: number;
  readonly resolve: () => void;
}

/** @throws storage_options_invalid */
function check(options: LaneWorkerOptions): void {
  const fail = (problem: string) => storageError('storage_options_invalid', { problem });
  if (!Number.isInteger(options.concurrency) || options.concurrency < 1) throw fail('concurrency must be 1 or more');
  if (!(options.deadlineMs > 0)) throw fail('deadlineMs must be above 0');
  if (!(options.leaseMs > options.deadlineMs)) throw fail('leaseMs must be longer than deadlineMs');
}

/**
 * Performs the jobs of one queue: claims as many heads as it has free slots, runs the handler on each, and commits its
 * outcome together with the end of the job. Nothing a handler does rejects unhandled or stops the worker.
 * @throws storage_options_invalid
 */
export function createLaneWorker(given: LaneWorkerOptions): LaneWorker {
  check(given);
  const onError = (error: unknown): void => {
    try {
      given.onError(error);
    } catch {
      // The owner's log is broken: there is nobody left to tell.
    }
  };
  const tries = createTryLimit(given.mostTries, given.triesSinceStart);
  const options: SettleContext = { ...given, onError, tries };
  const { storage, queue, clock, concurrency } = options;
  const steady = steadyTime(clock);

  let running = false;
  let stopListening: (() => void) | undefined;
  let endOwnersHold: (() => void) | undefined;
  let cancelWake: (() => void) | undefined;
  /** Handlers under way. */
  let handling = 0;
  /** Of those: how many wait for something outside, and leave their slots to others. */
  let away = 0;
  /** Outcomes being committed; they no longer hold a slot. */
  let settling = 0;
  let claiming = false;
  let claimAgain = false;
  let pumpPlanned = false;
  let claimsBegun = 0;
  let idleWaiters: IdleWaiter[] = [];
  let stopWaiters: (() => void)[] = [];

  function report(event: LaneWorkerEvent): void {
    try {
      options.onEvent?.(event);
    } catch (error) {
      onError(error);
    }
  }

  async function settlementOf(job: ClaimedJob, leaseMs: number): Promise<Settlement> {
    const deadly = settleDeadly(job);
    if (deadly !== undefined) return deadly;
    let isAway = false;
    let ended = false;
    const onAway = (now: boolean): void => {
      if (ended || now === isAway) return;
      isAway = now;
      away += now ? 1 : -1;
      pumpSoon();
    };
    try {
      return settleOutcome(job, await runHandler(options, job, leaseMs, onAway));
    } catch (error) {
      return settleFailure(options, error, job);
    } finally {
      onAway(false);
      ended = true;
    }
  }

  async function perform(job: ClaimedJob): Promise<void> {
    handling += 1;
    // Measured from here by time that nobody can set.
    const leaseMs = job.leaseUntil - clock.now();
    const leaseEnd = steady() + leaseMs;
    const settlement = await settlementOf(job, leaseMs);
    // A pause must be in force before anything more is claimed, also where claims and commits go different ways. There a claim
    // still counts this lane, too, until its end is committed: asked for earlier, it would find nothing where the queue has a bound.
    const keepsSlot = settlement.holds === true || (options.maxClaimed !== undefined && storage.driver === 'postgres');
    if (!keepsSlot) handling -= 1;
    settling += 1;
    // Asked for in this order, both fall into the same group commit: the slot is filled again without another flush.
    const settled = settleJob(options, { job, isOurs: () => steady() < leaseEnd }, settlement, report);
    if (settlement.holdsOwnerMs !== undefined) holdOwner(settlement.holdsOwnerMs);
    if (!keepsSlot) pumpSoon();
    await settled;
    settling -= 1;
    if (keepsSlot) handling -= 1;
    pumpSoon();
    tellStopped();
  }

  /** A little later, so that handlers which end together are followed by one claim. */
  function pumpSoon(): void {
    if (pumpPlanned || !running) return;
    pumpPlanned = true;
    queueMicrotask(() => {
      pumpPlanned = false;
      void pump();
    });
  }

  function wakeIn(ms: number): void {
    cancelWake?.();
    cancelWake = running ? clock.after(ms, pumpSoon) : undefined;
  }

  /** What this worker tries with is refused: it waits, also when others lift the queue's pause. */
  function holdOwner(ms: number): void {
    endOwnersHold?.();
    const cancel = clock.after(ms, () => endOwnersHold?.());
    endOwnersHold = () => {
      cancel();
      endOwnersHold = undefined;
      pumpSoon();
    };
  }

  /** Somebody wants the queue tried at once (`hasten`): then its pause is nobody's own. */
  async function askWhetherHastened(): Promise<void> {
    try {
      const pause = await storage.read((tx) => tx.getPause(queue));
      if (pause !== undefined && pauseOf(pause).owner === undefined) endOwnersHold?.();
    } catch (error) {
      onError(error);
    }
  }

  /** Whether a pause is another owner's: then one job may try whether it goes with what this worker has. */
  function isOthers(pause: QueuePause): boolean {
    const { owner } = pauseOf(pause);
    return options.owner !== undefined && owner !== undefined && owner !== options.owner;
  }

  async function giveBack(jobs: readonly ClaimedJob[]): Promise<void> {
    await storage.transaction(async (tx) => {
      for (const job of jobs) await tx.release(job);
    });
  }

  async function planWake(): Promise<void> {
    const { at = Infinity, pause, left = [] } = (await storage.nextWork(queue, options.prefixes?.())) ?? {};
    options.onLeft?.(left);
    if (pause !== undefined && isOthers(pause)) {
      await storage.transaction((tx) => tx.setPause(queue, { until: clock.now(), reason: pause.reason }));
      return pumpSoon();
    }
    // Nothing waits: the watch wakes this worker.
    if (at === Infinity && options.watch !== undefined) {
      cancelWake?.();
      return;
    }
    const wait = at - clock.now();
    wakeIn(wait <= 0 ? CROWDED_POLL_MS : Math.min(wait, POLL_MS));
  }

  /** One claim and what follows from it. */
  async function claimOnce(free: number): Promise<void> {
    claimsBegun += 1;
    const begun = claimsBegun;
    const { leaseMs, maxClaimed } = options;
    const prefixes = options.prefixes?.();
    const jobs = await storage.claim({
      queue,
      limit: free,
      leaseMs,
      ...(maxClaimed === undefined ? {} : { maxClaimed }),
      ...(prefixes === undefined ? {} : { prefixes }),
    });
    if (!running) {
      if (jobs.length > 0) await giveBack(jobs);
      return;
    }
    for (const job of jobs) void perform(job);
    if (jobs.length < free && !claimAgain) await planWake();
    if (jobs.length === 0) tellIdle(begun);
  }

  async function pump(): Promise<void> {
    if (claiming) {
      claimAgain = true;
      return;
    }
    const free = concurrency - (handling - away);
    if (!running || free <= 0) return;
    if (endOwnersHold !== undefined) {
      claimAgain = false;
      claimsBegun += 1;
      tellIdle(claimsBegun);
      void askWhetherHastened();
      return;
    }
    claiming = true;
    claimAgain = false;
    try {
      await claimOnce(free);
    } catch (error) {
      onError(error);
      wakeIn(STORAGE_PAUSE_MS);
    } finally {
      claiming = false;
      if (claimAgain) pumpSoon();
      tellStopped();
    }
  }

  /** A claim begun as number `begun` found nothing. */
  function tellIdle(begun: number): void {
    if (handling > 0 || settling > 0 || claimAgain) return;
    const ready = idleWaiters.filter((waiter) => waiter.claimsBefore < begun);
    idleWaiters = idleWaiters.filter((waiter) => waiter.claimsBefore >= begun);
    for (const { resolve } of ready) resolve();
  }

  function tellStopped(): void {
    if (running || handling > 0 || settling > 0 || claiming) return;
    for (const resolve of stopWaiters) resolve();
    stopWaiters = [];
    for (const { resolve } of idleWaiters) resolve();
    idleWaiters = [];
  }

  return {
    start() {
      if (running) return;
      running = true;
      stopListening =
        options.watch?.add(queue, pumpSoon) ??
        storage.onWakeUp((name) => {
          if (name === queue) pumpSoon();
        });
      pumpSoon();
    },
    stop() {
      running = false;
      stopListening?.();
      cancelWake?.();
      endOwnersHold?.();
      return new Promise((resolve) => {
        stopWaiters.push(resolve);
        tellStopped();
      });
    },
    idle() {
      return new Promise((resolve) => {
        idleWaiters.push({ claimsBefore: claimsBegun, resolve });
        pumpSoon();
        tellStopped();
      });
    },
  };
}
