import type { WorkerClock } from './lane-worker-contract.ts';

/** Longest delay of a Node timer, ms; a longer one would fire at once (Node documentation, timers). */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's clock. Its timers do not keep the process alive by themselves. */
export const systemClock: WorkerClock = {
  now: () => Date.now(),
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
