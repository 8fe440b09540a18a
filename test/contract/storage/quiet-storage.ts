import type { Storage } from '../../../plugin/storage/contract.ts';

export interface QuietStorage {
  readonly storage: Storage;
  /** Resolves when no call is under way, and none follows from the last one's answer. */
  readonly quiet: () => Promise<void>;
}

/** Turns of the loop without a call after which none is to be expected: an answer leads to the next call within one or two. */
const QUIET_TURNS = 4;

/** Counts the calls that storage on a server has under way, so that a test's clock can stand still meanwhile. */
export function quietStorage(inner: Storage): QuietStorage {
  let underWay = 0;
  const counted =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      underWay += 1;
      try {
        return await call(...given);
      } finally {
        underWay -= 1;
      }
    };
  return {
    storage: {
      ...inner,
      transaction: (work) => counted(() => inner.transaction(work))(),
      read: (work) => counted(() => inner.read(work))(),
      claim: counted((request) => inner.claim(request)),
      nextWork: counted((queue, prefixes) => inner.nextWork(queue, prefixes)),
    },
    async quiet() {
      for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        if (underWay > 0) turns = 0;
      }
    },
  };
}
