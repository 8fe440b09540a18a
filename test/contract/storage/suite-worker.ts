import { afterEach, describe, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import type { LaneWorker } from '../../../plugin/storage/lane-worker-contract.ts';
import { createLaneWorker } from '../../../plugin/storage/index.ts';
import {
  enqueue,
  job,
  LEASE_MS,
  payloads,
  QUEUE,
  type StorageDriver,
  statsOf,
  useSubject,
  waiting,
  write,
} from './subject.ts';
import { createWorker, deferred } from './worker-bench.ts';
import { newestSeq } from '../../support/newest-seq.ts';

/** The lane worker while all goes well. */
export function workerRules(driver: StorageDriver): void {
  describe('lane worker', () => {
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

    test('a worker of some prefixes leaves other lanes alone, looks no more often than an idle one, and takes them when it is told to', async () => {
      const { storage, clock } = subject();
      const done: unknown[] = [];
      let prefixes = ['main'];
      let left: readonly string[] = [];
      let claims = 0;
      const counting: Storage = {
        ...storage,
        claim(request) {
          claims += 1;
          return storage.claim(request);
        },
      };
      await enqueue(storage, job('gone/1', 'g1'), job('gone/1', 'g2'), job('main/1', 'm1'));
      start({ storage: counting, clock }, async ({ payload }) => done.push(payload), {
        prefixes: () => prefixes,
        onLeft: (told) => {
          left = told;
        },
      });
      await worker?.idle();
      expect([done, left]).toEqual([['m1'], ['gone']]);
      claims = 0;
      await clock.advance(60_000);
      // As an idle worker asks, each 5 s.
      expect(claims).toBe(12);
      expect(await waiting(storage, 'gone/1')).toEqual(['g1', 'g2']);
      prefixes = ['main', 'gone'];
      await clock.advance(5_000);
      await worker?.idle();
      expect([done, left]).toEqual([['m1', 'g1', 'g2'], []]);
    });

    test('performs every job once, each lane in order, several lanes side by side', async () => {
      const { storage } = subject();
      const done = new Map<string, unknown[]>();
      let active = 0;
      let most = 0;
      start(
        subject(),
        async (claimed) => {
          active += 1;
          most = Math.max(most, active);
          await storage.read((tx) => newestSeq(tx, 'x'));
          done.set(claimed.lane, [...(done.get(claimed.lane) ?? []), claimed.payload]);
          active -= 1;
        },
        { concurrency: 4 },
      );
      for (let n = 0; n < 5; n += 1) {
        await enqueue(storage, ...Array.from({ length: 10 }, (_, lane) => job(`lane ${lane}`, n)));
      }
      await worker?.idle();
      expect(done.size).toBe(10);
      for (const found of done.values()) expect(found).toEqual([0, 1, 2, 3, 4]);
      expect(most).toBe(4);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0, lanes: 0 });
    });

    test("stores a handler's effects and the end of its job together", async () => {
      const { storage } = subject();
      start(subject(), async (claimed) => ({
        commit: async (tx: Parameters<Parameters<typeof write>[1]>[0]) => {
          await tx.putRecord('dialog', claimed.lane, claimed.payload);
          if (claimed.payload === 'first') await tx.enqueue([job('b', 'second')]);
        },
      }));
      await enqueue(storage, job('a', 'first'));
      await worker?.idle();
      const records = await storage.read((tx) => tx.listRecords('dialog', { limit: 5 }));
      expect(records).toMatchObject([
        { key: 'a', value: 'first' },
        { key: 'b', value: 'second' },
      ]);
    });

    test('a handler may bury its job and still store something; its lane goes on', async () => {
      const { storage } = subject();
      const { events } = start(subject(), async (claimed) =>
        claimed.payload === 'bad'
          ? {
              commit: (tx: Parameters<Parameters<typeof write>[1]>[0]) => tx.appendStream('log', 'buried', 1),
              end: { do: 'dead-letter', error: 'livetex_refused' },
            }
          : {},
      );
      await enqueue(storage, job('a', 'bad'), job('a', 'good'));
      await worker?.idle();
      expect(await storage.listDead({ limit: 5 })).toMatchObject([{ payload: 'bad', lastError: 'livetex_refused' }]);
      expect(await storage.read((tx) => newestSeq(tx, 'log'))).toBe(1);
      expect(await waiting(storage, 'a')).toEqual([]);
      expect(events).toMatchObject([{ type: 'dead', error: 'livetex_refused', job: { payload: 'bad' } }]);
    });

    test('wakes up for new work and for timers', async () => {
      const { storage, clock } = subject();
      const done: unknown[] = [];
      start(subject(), async (claimed) => {
        done.push(claimed.payload);
      });
      await worker?.idle();
      await enqueue(storage, job('a', 'new'));
      await worker?.idle();
      await write(storage, (tx) => tx.schedule({ id: 't', at: clock.now() + 60_000, job: job('a', 'timer') }));
      await worker?.idle();
      expect(done).toEqual(['new']);
      await clock.advance(60_000);
      await worker?.idle();
      expect(done).toEqual(['new', 'timer']);
    });

    test('asks now and then, should a hint get lost', async () => {
      const { storage, clock } = subject();
      const deaf = { ...storage, onWakeUp: () => () => undefined };
      const found = deferred<unknown>();
      start({ storage: deaf, clock }, async (claimed) => found.resolve(claimed.payload));
      await worker?.idle();
      await enqueue(storage, job('a', 'unheard'));
      await clock.advance(5_000);
      expect(await found.promise).toBe('unheard');
    });

    test('keeps to maxClaimed, whatever its concurrency', async () => {
      const { storage } = subject();
      let active = 0;
      let most = 0;
      start(
        subject(),
        async () => {
          active += 1;
          most = Math.max(most, active);
          await storage.read((tx) => newestSeq(tx, 'x'));
          active -= 1;
        },
        { concurrency: 8, maxClaimed: 2 },
      );
      await enqueue(storage, ...Array.from({ length: 20 }, (_, n) => job(`lane ${n}`, n)));
      await worker?.idle();
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
      expect(most).toBe(2);
    });

    test('works on its own queue only', async () => {
      const { storage } = subject();
      const done: unknown[] = [];
      start(subject(), async (claimed) => {
        done.push(claimed.payload);
      });
      await enqueue(storage, job('a', 'mine'), job('a', 'theirs', 'other'));
      await worker?.idle();
      expect(done).toEqual(['mine']);
    });

    test('stop lets what is under way end, claims nothing more, and start goes on', async () => {
      const { storage } = subject();
      const begun = deferred();
      const go = deferred();
      const done: unknown[] = [];
      const { worker: stopping } = start(
        subject(),
        async (claimed) => {
          begun.resolve();
          await go.promise;
          done.push(claimed.payload);
        },
        { concurrency: 1 },
      );
      await enqueue(storage, job('a', 1), job('b', 2));
      await begun.promise;
      let stopped = false;
      const stop = stopping.stop().then(() => (stopped = true));
      await storage.ping();
      expect(stopped).toBe(false);
      go.resolve();
      await stop;
      expect(done).toEqual([1]);
      expect(payloads(await storage.read((tx) => tx.listJobs(QUEUE, 'b', 5)))).toEqual([2]);
      stopping.start();
      await stopping.idle();
      expect(done).toEqual([1, 2]);
    });

    test('leaves no timer behind when it has stopped', async () => {
      const { storage, clock } = subject();
      start(subject(), async () => undefined);
      await enqueue(storage, job('a', 1));
      await worker?.idle();
      await worker?.stop();
      expect(clock.pending()).toBe(0);
    });

    test('idle of a worker that does not run resolves', async () => {
      const { worker: resting } = createWorker(subject(), async () => undefined);
      await expect(resting.idle()).resolves.toBeUndefined();
      await expect(resting.stop()).resolves.toBeUndefined();
    });

    test('options that cannot work are refused', () => {
      const options = { ...subject(), queue: QUEUE, random: () => 0, onError: () => undefined };
      const make = (numbers: { concurrency: number; deadlineMs: number; leaseMs: number }) => () =>
        createLaneWorker({
          ...options,
          ...numbers,
          handle: async () => ({}),
          classify: () => ({ do: 'retry', error: 'x' }),
        });
      const fine = { concurrency: 1, deadlineMs: 10, leaseMs: LEASE_MS };
      expect(make({ ...fine, leaseMs: 10 })).toThrow('leaseMs must be longer than deadlineMs');
      expect(make({ ...fine, concurrency: 0 })).toThrow('concurrency must be 1 or more');
      expect(make({ ...fine, deadlineMs: 0 })).toThrow('deadlineMs must be above 0');
    });
  });
}
