import type { Storage } from '../../../plugin/storage/contract.ts';

/**
 * One life of a process: after so many steps it dies, in the middle of whatever it does. What was begun then never
 * answers, and nothing it still tries has an effect: as after SIGKILL. What it had done stays done.
 */
export interface Life {
  readonly isOver: () => boolean;
  /** Resolves at death. */
  readonly death: Promise<void>;
  dieAfter(steps: number): void;
  /** Each call is two steps: death may come before the effect, or between the effect and its answer. */
  guard<T>(act: () => Promise<T>): Promise<T>;
}

export function beginLife(): Life {
  let over = false;
  let left: number | undefined;
  const { promise: death, resolve } = Promise.withResolvers<void>();
  const never = <T>(): Promise<T> => new Promise<T>(() => {});

  function step(): boolean {
    if (!over && left !== undefined) {
      left -= 1;
      if (left <= 0) {
        over = true;
        resolve();
      }
    }
    return over;
  }

  return {
    isOver: () => over,
    death,
    dieAfter(steps) {
      left = steps;
      if (steps === 0) step();
    },
    async guard(act) {
      if (step()) return never();
      try {
        const value = await act();
        return step() ? await never() : value;
      } catch (error) {
        if (step()) return never();
        throw error;
      }
    },
  };
}

/** Storage as a process with this life sees it; the storage itself outlives the process. */
export function mortalStorage(storage: Storage, life: Life): Storage {
  return {
    driver: storage.driver,
    created: storage.created,
    transaction: (work) => life.guard(() => storage.transaction(work)),
    read: (work) => life.guard(() => storage.read(work)),
    claim: (request) => life.guard(() => storage.claim(request)),
    onWakeUp: (listener) => storage.onWakeUp((queue) => (life.isOver() ? undefined : listener(queue))),
    onAppend: (listener) => storage.onAppend((stream) => (life.isOver() ? undefined : listener(stream))),
    nextWork: (queue, prefixes) => life.guard(() => storage.nextWork(queue, prefixes)),
    stats: () => storage.stats(),
    listDead: (page) => storage.listDead(page),
    listStuck: (...page) => storage.listStuck(...page),
    listWaiting: (page) => storage.listWaiting(page),
    prune: (retention) => storage.prune(retention),
    scrub: () => storage.scrub(),
    ping: () => life.guard(() => storage.ping()),
    failures: () => storage.failures(),
    lastBackup: () => storage.lastBackup(),
    close: async () => {},
  };
}
