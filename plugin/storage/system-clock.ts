import type { WorkerClock } from './lane-worker-contract.ts';

/** Longest delay of a Node timer, ms; a longer one would fire at once (Node documentation, timers). */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. Its timers do not keep the process alive by themselves. */
export const systemClock: WorkerClock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(Math.max(0, ms), MAX_TIMER_MS));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
