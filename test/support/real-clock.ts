import type { Clock } from '../../plugin/contract/host.ts';

/** The machine's own clock, for tests that run against real sockets and do not wait for a time. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
