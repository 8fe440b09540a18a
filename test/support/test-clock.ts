import type { Clock } from '../../plugin/contract/host.ts';
import type { WorkerClock } from '../../plugin/storage/lane-worker-contract.ts';

/** A clock that stands still until a test moves it. Fits the plugin's `Clock` and storage's `WorkerClock`. */
export interface TestClock extends WorkerClock {
  /**
   * Moves time on by `ms`. Timers that fall due run in order, each at its own time, and what they set off may schedule
   * more within the same move. Between two timers the event loop turns a few times, so that work which needs no outside
   * event (a commit, a handler without I/O) gets done; for anything else wait for its own event, e.g. `worker.idle()`.
   */
  advance(ms: number): Promise<void>;
  /**
   * Also waits for this between two timers: for work that does need an outside event, such as a database's answers.
   * Without it the clock would run on while a server is being asked.
   */
  waitFor(quiet: () => Promise<void>): void;
  /** Somebody sets the clock: `now()` is `ms` later, or earlier, and no time has passed for timers and leases. */
  set(ms: number): void;
  /** Timers not yet due: a test of something that ends can prove that it left none behind. */
  pending(): number;
}

interface PendingTimer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** An ordinary moment: 1 March 2026, 09:00 UTC. */
const DEFAULT_START_MS = Date.UTC(2026, 2, 1, 9);

/** A claim and a commit take two turns of the loop each; the rest is room. */
const TURNS_BETWEEN_TIMERS = 8;

/** Lets the event loop turn, so that promises and immediates that are ready get done. Not a wait for time. */
async function turnLoop(): Promise<void> {
  for (let turn = 0; turn < TURNS_BETWEEN_TIMERS; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A clock under the test's control. */
export function createTestClock(startMs: number = DEFAULT_START_MS): TestClock {
  let now = startMs;
  let setBy = 0;
  let order = 0;
  const timers = new Set<PendingTimer>();
  const quiets: Array<() => Promise<void>> = [];

  async function settle(): Promise<void> {
    await turnLoop();
    for (const quiet of quiets) await quiet();
  }

  function nextDue(until: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer;
      }
    }
    return first;
  }

  return {
    now: () => now + setBy,
    steady: () => now,
    set(ms) {
      setBy += ms;
    },
    after(ms, act) {
      order += 1;
      const timer = { at: now + Math.max(0, ms), order, act };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.act();
        await settle();
      }
      now = end;
      await settle();
    },
    waitFor(quiet) {
      quiets.push(quiet);
    },
    pending: () => timers.size,
  };
}

/** The machine's own clock, for tests that run against real sockets and do not wait for a time. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Real time that a test can move on: for real sockets and browsers that wait for something which would take long. */
export interface SkippingClock extends Clock {
  /** Time is `ms` later at once; what falls due by that is done now. */
  skip(ms: number): void;
}

interface SkippedTimer {
  readonly dueAt: number;
  readonly run: () => void;
}

export function createSkippingClock(): SkippingClock {
  let offset = 0;
  const timers = new Set<SkippedTimer>();
  const now = (): number => Date.now() + offset;
  return {
    now,
    after(ms, act) {
      const timer: SkippedTimer = {
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
