import { afterEach, describe, expect, test } from 'vitest';
import type { ClaimedJob, Storage, Transaction } from '../../../plugin/storage/contract.ts';
import type { LaneWorker } from '../../../plugin/storage/lane-worker-contract.ts';
import { storageError } from '../../../plugin/storage/index.ts';
import { enqueue, job, QUEUE, type StorageDriver, statsOf, useSubject, write } from './subject.ts';
import { createWorker, DEADLINE_MS, deferred } from './worker-bench.ts';

const DAY_MS = 24 * 60 * 60_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** Rejects with anything, as other people's code does. */
async function rejectWith(value: unknown): Promise<never> {
  throw value;
}

/** The lane worker when handlers, the remote or storage fail. */
export function workerFailureRules(driver: StorageDriver): void {
  describe('lane worker and failures', () => {
    const subject = useSubject(driver);
    let worker: LaneWorker | undefined;
    afterEach(async () => {
      await worker?.stop();
      worker = undefined;
    });
    const start = (...parameters: Parameters<typeof createWorker>) => {
      const made = createWorker(...parameters);
      worker = made.worker;
      worker.start();
      return made;
    };
    /** Moves time on in steps, each followed by what became claimable. */
    const pass = async (ms: number, step: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += step) {
        await subject().clock.advance(step);
        await worker?.idle();
      }
    };

    test('a failed job is tried again with growing waits, and its lane keeps its order', async () => {
      const { storage, clock } = subject();
      const tries: number[] = [];
      const done: unknown[] = [];
      const begin = clock.now();
      const { events } = start(subject(), async (claimed) => {
        if (claimed.payload === 1 && claimed.attempts < 4) {
          tries.push(clock.now() - begin);
          throw new Error('livetex_failed');
        }
        done.push(claimed.payload);
      });
      await enqueue(storage, job('a', 1), job('a', 2), job('b', 'other lane'));
      await worker?.idle();
      expect(done).toEqual(['other lane']);
      expect(await storage.listStuck(5)).toMatchObject([{ payload: 1, lastError: 'livetex_failed', attempts: 1 }]);
      await pass(20_000, 1_000);
      expect(tries).toEqual([0, 1_000, 3_000, 7_000]);
      expect(done).toEqual(['other lane', 1, 2]);
      expect(events.map(({ type, nextAt }) => [type, (nextAt ?? 0) - begin])).toEqual([
        ['retry', 1_000],
        ['retry', 3_000],
        ['retry', 7_000],
        ['retry', 15_000],
      ]);
    });

    test('a job is given up when its tries are used up, and the lane goes on', async () => {
      const { storage } = subject();
      const left: number[] = [];
      const done: unknown[] = [];
      const { events } = start(
        subject(),
        async (claimed, { triesLeft }) => {
          if (claimed.payload !== 'poison') return void done.push(claimed.payload);
          left.push(triesLeft);
          throw new Error('livetex_failed');
        },
        { mostTries: 20, triesSinceStart: 3 },
      );
      await enqueue(storage, job('a', 'poison'), job('a', 'next'));
      await worker?.idle();
      await pass(11 * LONGEST_WAIT_MS, LONGEST_WAIT_MS);
      expect(done).toEqual([]);
      expect(await storage.listDead({ limit: 5 })).toEqual([]);
      await pass(2 * LONGEST_WAIT_MS, LONGEST_WAIT_MS);
      expect(done).toEqual(['next']);
      expect(left).toEqual(Array.from({ length: 20 }, (_, n) => 19 - n));
      expect(await storage.listDead({ limit: 5 })).toMatchObject([{ payload: 'poison', attempts: 20 }]);
      expect(events.at(-1)).toMatchObject({ type: 'dead', error: 'livetex_failed' });
    });

    test('time when nobody tried is no failure: three days off after four tries, then some seconds more', async () => {
      const { storage, clock } = subject();
      let down = true;
      const done: unknown[] = [];
      const handle = async (claimed: ClaimedJob): Promise<void> => {
        if (down) throw new Error('livetex_unreachable');
        done.push(claimed.payload);
      };
      start(subject(), handle);
      await enqueue(storage, job('a', 'head'), job('a', 'next'));
      await worker?.idle();
      await pass(10_000, 1_000);
      expect(await storage.listStuck(1)).toMatchObject([{ attempts: 4 }]);
      await worker?.stop();
      await clock.advance(3 * DAY_MS);
      start(subject(), handle);
      await pass(4_000, 1_000);
      down = false;
      await pass(LONGEST_WAIT_MS, 60_000);
      expect(await storage.listDead({ limit: 5 })).toEqual([]);
      expect(done).toEqual(['head', 'next']);
    });

    test('what has no tries left, as a backup may have it, gets some of this process before it is given up', async () => {
      const { storage } = subject();
      const fail = () => Promise.reject(new Error('livetex_failed'));
      start(subject(), fail, { mostTries: 100 });
      await enqueue(storage, job('a', 'head'));
      await worker?.idle();
      await pass(6 * LONGEST_WAIT_MS, LONGEST_WAIT_MS);
      const before = (await storage.listStuck(1))[0]?.attempts ?? 0;
      expect(before).toBeGreaterThan(8);
      await worker?.stop();
      start(subject(), fail, { mostTries: 5, triesSinceStart: 3 });
      await pass(2 * LONGEST_WAIT_MS, LONGEST_WAIT_MS);
      expect(await storage.listDead({ limit: 5 })).toEqual([]);
      await pass(LONGEST_WAIT_MS, LONGEST_WAIT_MS);
      expect(await storage.listDead({ limit: 5 })).toMatchObject([{ attempts: before + 3 }]);
    });

    test('a job that was left for others in between has no more tries for that', async () => {
      const { storage, clock } = subject();
      let runs = 0;
      const left = new Error('others come first');
      start(subject(), () => Promise.reject((runs += 1) % 2 === 0 ? left : new Error('livetex_failed')), {
        mostTries: 3,
        triesSinceStart: 3,
        classify: (error) =>
          error === left ? { do: 'leave', until: clock.now() + 1_000 } : { do: 'retry', error: 'livetex_failed' },
      });
      await enqueue(storage, job('a', 'head'));
      await worker?.idle();
      await pass(10_000, 1_000);
      expect(await storage.listDead({ limit: 5 })).toMatchObject([{ attempts: 3 }]);
      expect(runs).toBe(5);
    });

    test('a retry waits for notBefore when the remote asked for it', async () => {
      const { storage, clock } = subject();
      const notBefore = clock.now() + 90_000;
      const { events } = start(
        subject(),
        async (claimed) => {
          if (claimed.attempts === 0) throw new Error('livetex_rate_limited');
        },
        { classify: () => ({ do: 'retry', error: 'livetex_rate_limited', notBefore }) },
      );
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      expect(events).toMatchObject([{ type: 'retry', nextAt: notBefore }]);
      await pass(90_000, 90_000);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
    });

    test('a job classified as hopeless is buried at once', async () => {
      const { storage } = subject();
      start(subject(), () => Promise.reject(new Error('400')), {
        classify: () => ({ do: 'dead-letter', error: 'refused' }),
      });
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      expect(await storage.listDead({ limit: 5 })).toMatchObject([{ payload: 1, lastError: 'refused', attempts: 1 }]);
    });

    test('a pause holds the whole queue; then one probe, and its success lets all through', async () => {
      const { storage, clock } = subject();
      const until = clock.now() + 30_000;
      const tried: unknown[] = [];
      let refuse = true;
      const { events } = start(
        subject(),
        async (claimed) => {
          tried.push(claimed.payload);
          if (refuse) throw new Error('401');
        },
        { concurrency: 1, classify: () => ({ do: 'pause', error: 'livetex_token_refused: HTTP 401', until }) },
      );
      await enqueue(storage, job('a', 1), job('b', 2), job('c', 3));
      await worker?.idle();
      expect(tried).toEqual([1]);
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toEqual({ until, reason: 'livetex_token_refused' });
      await pass(29_000, 1_000);
      expect(tried).toEqual([1]);
      refuse = false;
      await pass(1_000, 1_000);
      expect(tried).toEqual([1, expect.any(Number), expect.any(Number), expect.any(Number)]);
      expect(new Set(tried)).toEqual(new Set([1, 2, 3]));
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toBeUndefined();
      expect(events.map(({ type }) => type)).toEqual(['paused', 'resumed']);
      expect(events[0]?.job).toMatchObject({ attempts: 0 });
      expect(await statsOf(storage)).toMatchObject({ jobs: 0, retrying: 0 });
    });

    test('two pauses at once: the longer one holds', async () => {
      const { storage, clock } = subject();
      const now = clock.now();
      start(subject(), () => Promise.reject(new Error('429')), {
        classify: (_error, claimed) => ({ do: 'pause', error: 'busy', until: now + Number(claimed.payload) }),
      });
      await enqueue(storage, job('a', 60_000), job('b', 10_000));
      await worker?.idle();
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toMatchObject({ until: now + 60_000 });
    });

    test('a handler that overruns its deadline is aborted and has failed; its late answer changes nothing', async () => {
      const { storage, clock } = subject();
      const begun = deferred();
      const late = deferred<unknown>();
      let signal: AbortSignal | undefined;
      const { events } = start(subject(), async (claimed, context) => {
        if (claimed.attempts > 0) return {};
        signal = context.signal;
        begun.resolve();
        return late.promise;
      });
      await enqueue(storage, job('a', 1));
      await begun.promise;
      await clock.advance(DEADLINE_MS - 1);
      expect(signal?.aborted).toBe(false);
      await clock.advance(1);
      expect(signal?.aborted).toBe(true);
      await worker?.idle();
      expect(events).toMatchObject([{ type: 'retry', error: expect.stringContaining('30000 ms') as string }]);
      late.resolve({ commit: (tx: Transaction) => tx.putRecord('dialog', 'late', 1) });
      await worker?.idle();
      expect(await storage.read((tx) => tx.getRecord('dialog', 'late'))).toBeUndefined();
      await pass(1_000, 1_000);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
    });

    test('a handler that rejects after its deadline harms nobody', async () => {
      const { storage, clock } = subject();
      const begun = deferred();
      const late = deferred<unknown>();
      start(subject(), async (claimed) => {
        if (claimed.attempts > 0) return {};
        begun.resolve();
        return late.promise;
      });
      await enqueue(storage, job('a', 1));
      await begun.promise;
      await clock.advance(DEADLINE_MS);
      late.reject(new Error('too late'));
      await pass(1_000, 1_000);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
    });

    test('a conflict at the commit runs the handler again at once, on the new state', async () => {
      const { storage } = subject();
      let runs = 0;
      const { events } = start(subject(), async () => {
        runs += 1;
        const version = (await storage.read((tx) => tx.getRecord('dialog', 'a')))?.version ?? 0;
        if (runs === 1) await write(storage, (tx) => tx.putRecord('dialog', 'a', 'other writer'));
        return { commit: (tx: Transaction) => tx.putRecord('dialog', 'a', `run ${runs}`, version) };
      });
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      expect(runs).toBe(2);
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toMatchObject({ value: 'run 2', version: 2 });
      expect(events).toMatchObject([{ type: 'retry', error: 'storage_conflict' }]);
    });

    test('a claim that was lost meanwhile is reported, and nothing of the outcome is stored', async () => {
      const { storage } = subject();
      const { events } = start(subject(), async (claimed) => {
        await write(storage, (tx) => tx.complete(claimed));
        return { commit: (tx: Transaction) => tx.putRecord('dialog', 'a', 1) };
      });
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      expect(events).toMatchObject([{ type: 'claim_lost', job: { payload: 1 } }]);
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toBeUndefined();
    });

    test('an outcome that storage could not take is committed again; the handler does not run twice', async () => {
      const { storage, clock } = subject();
      let failures = 2;
      const flaky: Storage = {
        ...storage,
        transaction: (work) => {
          failures -= 1;
          if (failures < 0) return storage.transaction(work);
          return Promise.reject(storageError('storage_full', { folder: 'data', detail: 'no space' }));
        },
      };
      let runs = 0;
      const { errors } = start({ storage: flaky, clock }, async () => {
        runs += 1;
        return { commit: (tx: Transaction) => tx.putRecord('dialog', 'a', runs) };
      });
      await enqueue(storage, job('a', 1));
      await clock.advance(3_000);
      await worker?.idle();
      expect(runs).toBe(1);
      expect(errors).toMatchObject([{ code: 'storage_full' }, { code: 'storage_full' }]);
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toMatchObject({ value: 1 });
    });

    test('a claim that fails is reported and tried again after a pause', async () => {
      const { storage, clock } = subject();
      let failures = 1;
      const flaky: Storage = {
        ...storage,
        claim: (request) => {
          failures -= 1;
          if (failures < 0) return storage.claim(request);
          return Promise.reject(storageError('storage_failed', { folder: 'data', detail: 'disk' }));
        },
      };
      const done = deferred<unknown>();
      const { errors } = start({ storage: flaky, clock }, async (claimed) => done.resolve(claimed.payload));
      await clock.advance(1);
      await enqueue(storage, job('a', 1));
      await clock.advance(2_000);
      expect(await done.promise).toBe(1);
      expect(errors).toMatchObject([{ code: 'storage_failed' }]);
    });

    test('whatever is thrown, nothing is left unhandled and the worker goes on', async () => {
      const { storage } = subject();
      const thrown: unknown[] = [undefined, null, 'text', 0, Object.create(null), new Error('real')];
      const { errors } = start(subject(), async () => ({}), {
        handle: (claimed) => {
          if (claimed.payload === 'no outcome') return Promise.resolve(undefined as never);
          const value = thrown[Number(claimed.payload)];
          if (claimed.lane.startsWith('sync')) throw value;
          return rejectWith(value);
        },
        classify: (_error, claimed) => {
          if (claimed.attempts === 0 && claimed.payload === 5) throw new Error('classify failed');
          return { do: 'dead-letter', error: 'x' };
        },
        onEvent: () => {
          throw new Error('listener failed');
        },
        onError: (error) => {
          errors.push(error);
          throw new Error('log failed');
        },
      });
      await enqueue(
        storage,
        ...thrown.map((_, n) => job(`sync ${n}`, n)),
        ...thrown.map((_, n) => job(`async ${n}`, n)),
      );
      await enqueue(storage, job('empty', 'no outcome'));
      await worker?.idle();
      await pass(2_000, 1_000);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0, dead: 2 * thrown.length + 1 });
      expect(errors).toContainEqual(expect.objectContaining({ message: 'classify failed' }));
    });

    test('a commit that throws is a failure of the try', async () => {
      const { storage } = subject();
      const { events } = start(subject(), async (claimed) => ({
        commit: async (tx: Transaction) => {
          await tx.putRecord('dialog', 'a', claimed.attempts);
          if (claimed.attempts === 0) throw new Error('mistake');
        },
      }));
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      expect(events).toMatchObject([{ type: 'retry', error: 'mistake' }]);
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toBeUndefined();
      await pass(1_000, 1_000);
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toMatchObject({ value: 1, version: 1 });
    });
  });
}
