import { systemClock } from '../../../plugin/storage/index.ts';
import type { WorkerClock } from '../../../plugin/storage/lane-worker-contract.ts';

/** Time of a replay, Unix ms, whole as everybody expects it: it stands while a step is played, so that a slow machine changes nothing. */
export interface ReplayClock extends WorkerClock {
  /** Time goes by: what falls due by then is done, each at its own time; `settle` waits for all that comes of it. */
  moveTo(ms: number, settle: () => Promise<void>): Promise<void>;
}

interface Timer {
  readonly dueAt: number;
  readonly act: () => void;
  cancel: () => void;
}

/** By so much, ms, timers may have moved the clock past a step's moment: less than what counts as a clock that was set back. */
const MAX_AHEAD_MS = 500;

/** Longest pause, ms, in which each thing is done at its own moment: a person's pause within a dialog. */
const EXACT_MS = 900_000;
/** In a longer one, of days perhaps, what falls due closely together is done together, in so many groups at most. */
const MAX_GROUPS = 200;

/** A clock that stands at `start`. What waits for a time while it stands (another try) gets it, and then it is that time. */
export function createReplayClock(start: number): ReplayClock {
  let now = start;
  const timers = new Set<Timer>();
  const fire = (timer: Timer): void => {
    timer.cancel();
    timers.delete(timer);
    now = Math.max(now, timer.dueAt);
    timer.act();
  };
  const nextBy = (ms: number): Timer | undefined =>
    [...timers].filter(({ dueAt }) => dueAt <= ms).toSorted((one, other) => one.dueAt - other.dueAt)[0];
  return {
    now: () => now,
    after(ms, act) {
      const timer: Timer = { dueAt: Math.ceil(now + Math.max(0, ms)), act, cancel: () => undefined };
      timer.cancel = systemClock.after(ms, () => fire(timer));
      timers.add(timer);
      return () => {
        timer.cancel();
        timers.delete(timer);
      };
    },
    async moveTo(moment, settle) {
      const ms = Math.round(moment);
      const together = ms - now > EXACT_MS ? (ms - now) / MAX_GROUPS : 0;
      for (let next = nextBy(ms); next !== undefined; next = nextBy(ms)) {
        const until = Math.min(ms, next.dueAt + together);
        const due = [...timers].filter(({ dueAt }) => dueAt <= until);
        for (const timer of due.toSorted((one, other) => one.dueAt - other.dueAt)) if (timers.has(timer)) fire(timer);
        await settle();
      }
      if (now - ms < MAX_AHEAD_MS) now = ms;
    },
  };
}
