import { afterEach, describe, expect, test } from 'vitest';
import { createQueueWatch } from '../../../plugin/storage/index.ts';
import type { LaneWorker } from '../../../plugin/storage/lane-worker-contract.ts';
import { enqueue, job, QUEUE, type StorageDriver, statsOf, useSubject, write } from './subject.ts';
import { createWorker, deferred } from './worker-bench.ts';

/** Real processes and sockets on a busy machine. */
const PATIENCE = { timeout: 120_000 };

/** Lane workers that share: slots, a queue that one of two is refused, the watch on many queues. */
export function workerShareRules(driver: StorageDriver): void {
  describe('lane workers that share', () => {
    const subject = useSubject(driver);
    let workers: LaneWorker[] = [];
    afterEach(async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      workers = [];
    });
    const start = (...parameters: Parameters<typeof createWorker>) => {
      const made = createWorker(...parameters);
      workers.push(made.worker);
      made.worker.start();
      return made;
    };

    test('a try that gives its slot goes on beside others; stopping waits for it', async () => {
      const { storage } = subject();
      const end = deferred();
      const done: unknown[] = [];
      const { worker } = start(
        subject(),
        async ({ payload }, { onAway }) => {
          if (payload === 'waits') {
            onAway(true);
            onAway(true);
            await end.promise;
          }
          done.push(payload);
        },
        { concurrency: 1 },
      );
      await enqueue(storage, job('a', 'waits'), job('b', 1), job('c', 2));
      await expect.poll(() => done, PATIENCE).toEqual([1, 2]);
      const stopped = worker.stop();
      end.resolve();
      await stopped;
      expect(done).toEqual([1, 2, 'waits']);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
    });

    test('a retry may hold the whole queue back: the try counts, and afterwards one job at a time tries', async () => {
      const { storage, clock } = subject();
      const holdUntil = clock.now() + 60_000;
      const tried: unknown[] = [];
      const { worker } = start(
        subject(),
        async ({ payload }) => {
          tried.push(payload);
          throw new Error('no answer');
        },
        { concurrency: 1, classify: () => ({ do: 'retry', error: 'livetex_timeout: none', holdUntil }) },
      );
      await enqueue(storage, job('a', 1), job('b', 2));
      await worker.idle();
      await clock.advance(59_000);
      await worker.idle();
      expect(tried).toEqual([1]);
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toEqual({ until: holdUntil, reason: 'livetex_timeout' });
      expect((await storage.listStuck(5)).map(({ attempts }) => attempts)).toEqual([1]);
      await clock.advance(1_000);
      await worker.idle();
      // The one that waits longest, not the one that failed.
      expect(tried.slice(0, 2)).toEqual([1, 2]);
    });

    test('what is refused to one owner holds back that one only', async () => {
      const { storage, clock } = subject();
      const tried: string[] = [];
      const refused = start(
        subject(),
        async () => {
          tried.push('old');
          throw new Error('401');
        },
        {
          owner: 'old',
          concurrency: 1,
          classify: () => ({ do: 'pause', error: 'refused: 401', until: clock.now() + 30_000, isOwners: true }),
        },
      );
      await enqueue(storage, job('a', 1), job('b', 2));
      await expect.poll(() => tried, PATIENCE).toEqual(['old']);
      await refused.worker.idle();
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toMatchObject({ reason: 'refused@old' });
      // Nobody moves the clock: whoever asks for a try at once gets one.
      const [waits] = await storage.listWaiting({ limit: 1 });
      await write(storage, (tx) => tx.hasten(waits?.id ?? 0));
      await expect.poll(() => tried, PATIENCE).toEqual(['old', 'old']);
      tried.pop();
      await refused.worker.idle();

      const right = start(subject(), async () => void tried.push('new'), { owner: 'new' });
      await right.worker.idle();
      await expect.poll(() => tried, PATIENCE).toEqual(['old', 'new', 'new']);
      await enqueue(storage, job('c', 3));
      await expect.poll(() => tried, PATIENCE).toEqual(['old', 'new', 'new', 'new']);
      expect(await storage.read((tx) => tx.getPause(QUEUE))).toBeUndefined();
    });

    test('workers of two queues on one watch: one timer while nothing waits, none when they have stopped', async () => {
      const { storage, clock } = subject();
      const watch = createQueueWatch({ storage, clock });
      const seen: unknown[] = [];
      const before = clock.pending();
      const note = async ({ payload }: { readonly payload: unknown }) => void seen.push(payload);
      const [one, other] = [QUEUE, 'another'].map((queue) => start(subject(), note, { queue, watch }).worker);
      await Promise.all([one?.idle(), other?.idle()]);
      expect(clock.pending() - before).toBe(1);
      await enqueue(storage, job('a', 1), { ...job('a', 2), queue: 'another' });
      await expect.poll(() => seen.length, PATIENCE).toBe(2);
      await Promise.all([one?.stop(), other?.stop()]);
      expect(clock.pending()).toBe(before);
    });
  });
}
