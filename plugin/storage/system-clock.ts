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

/** Longest delay of a Node timer, ms; a longer one would fire at once (Node documentation, timers). */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. Its timers do not keep the process alive by themselves. */
export const systemClock: WorkerClock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after(ms, act) {
    let timer: NodeJS.Timeout | undefined;
    const wait = (left: number): void => {
      const step = Math.min(left, MAX_TIMER_MS);
      timer = setTimeout(() => {
        if (left > step) wait(left - step);
        else act();
      }, step);
      timer.unref();
    };
    wait(Math.max(0, ms));
    return () => {
      clearTimeout(timer);
    };
  },
};
