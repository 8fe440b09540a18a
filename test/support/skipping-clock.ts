import type { Clock } from '../../plugin/contract/host.ts';

/** Real time that a test can move on: for real sockets and browsers that wait for something which would take long. */
export interface SkippingClock extends Clock {
  /** Time is `ms` later at once; what falls due by that is done now. */
  skip(ms: number): void;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

export function createSkippingClock(): SkippingClock {
  let offset = 0;
  const timers = new Set<Timer>();
  const now = (): number => Date.now() + offset;
  return {
    now,
    after(ms, act) {
      const timer: Timer = {
        dueAt: now() + ms,
        run: () => {
          clearTimeout(handle);
          if (timers.delete(timer)) act();
        },
      };
      timers.add(timer);
      const handle = setTimeout(timer.run, ms);
      handle.unref();
      return () => {
        clearTimeout(handle);
        timers.delete(timer);
      };
    },
    skip(ms) {
      offset += ms;
      const due = [...timers].filter((timer) => timer.dueAt <= now());
      for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) timer.run();
    },
  };
}
