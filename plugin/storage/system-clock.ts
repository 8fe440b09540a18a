import type { StorageClock } from './contract.ts';
import type { WorkerClock } from './lane-worker-contract.ts';

/**
 * No pause of a queue and no wait for another try is longer, ms: LiveTex may ask for an hour at most. What is to wait
 * beyond that was written when the clock went ahead, and is due at once.
 */
export const LONGEST_WAIT_MS = 3_600_000;
/** A clock that is corrected by less than this, ms, has not been set back: timers stay as they are. */
export const CLOCK_STEP_MS = 1_000;

/** Time that nobody can set, ms since whenever: for leases and ages in the memory of this process. */
export function steadyTime(clock: StorageClock): () => number {
  return () => clock.steady?.() ?? clock.now();
}

/** What began before a step of the clock is stored within this time, ms: a transaction may last a second. */
const STORED_WITHIN_MS = 10_000;

/** Which queues may have something that the clock will not reach soon, so that the others need not be looked through. */
export interface StepWatch {
  /** The clock's time, by which whatever is stored is dated. */
  now(): number;
  /** Has the queue not been found in order since the start, or since the clock was set back? */
  mayBeAhead(queue: string): boolean;
  foundInOrder(queue: string): void;
}

/** Sees by steady time that a clock was set back. Of a clock without one nothing is known: then all may be ahead. */
export function createStepWatch(clock: StorageClock): StepWatch {
  const steady = steadyTime(clock);
  const inOrder = new Set<string>();
  let lead = clock.now() - steady();
  let steppedAt = steady();

  function now(): number {
    const wall = clock.now();
    const passed = steady();
    lead = Math.max(lead, wall - passed);
    if (wall - passed < lead - CLOCK_STEP_MS) {
      lead = wall - passed;
      steppedAt = passed;
      inOrder.clear();
    }
    return wall;
  }

  return {
    now,
    mayBeAhead(queue) {
      now();
      return !inOrder.has(queue);
    },
    foundInOrder(queue) {
      if (clock.steady !== undefined && steady() - steppedAt > STORED_WITHIN_MS) inOrder.add(queue);
    },
  };
}

/** Longest delay of a Node timer, ms; a longer one would fire at once (Node documentation, timers). */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. Its timers do not keep the process alive by themselves. */
export const systemClock: WorkerClock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, act) {
    let left = Math.max(0, ms);
    let timer: NodeJS.Timeout | undefined;
    function wait(): void {
      const step = Math.min(left, MAX_TIMER_MS);
      left -= step;
      timer = setTimeout(left > 0 ? wait : act, step).unref();
    }
    wait();
    return () => clearTimeout(timer);
  },
};
