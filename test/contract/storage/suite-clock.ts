import { afterEach, describe, expect, test } from 'vitest';
import type { LaneWorker } from '../../../plugin/storage/lane-worker-contract.ts';
import {
  claim,
  claimOne,
  enqueue,
  job,
  LEASE_MS,
  payloads,
  QUEUE,
  type StorageDriver,
  useSubject,
  waiting,
  write,
} from './subject.ts';
import { createWorker } from './worker-bench.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIVE_MINUTES_MS = 300_000;

/** A clock that somebody sets, while the storage is open. */
export function clockRules(driver: StorageDriver): void {
  describe('a clock that is set', () => {
    const subject = useSubject(driver);
    let worker: LaneWorker | undefined;
    afterEach(async () => {
      await worker?.stop();
      worker = undefined;
    });

    test('a day forward, a failure, a day back: the lane waits no longer than for another try', async () => {
      const { storage, clock } = subject();
      const done: unknown[] = [];
      let down = true;
      ({ worker } = createWorker(subject(), async ({ payload }) => {
        if (down) throw new Error('livetex_unreachable');
        done.push(payload);
      }));
      worker.start();
      clock.set(DAY_MS);
      await enqueue(storage, job('a', 1), job('a', 2), job('b', 3));
      await worker.idle();
      expect(await storage.listStuck(5)).toHaveLength(2);
      clock.set(-DAY_MS);
      down = false;
      for (let passed = 0; passed < FIVE_MINUTES_MS; passed += 5_000) {
        await clock.advance(5_000);
        await worker.idle();
      }
      expect(done.toSorted((a, b) => Number(a) - Number(b))).toEqual([1, 2, 3]);
      expect(await waiting(storage, 'a')).toEqual([]);
    });

    test('what was enqueued and paused while the clock was ahead is not held back afterwards, and nextWork says so', async () => {
      const { storage, clock } = subject();
      clock.set(DAY_MS);
      await enqueue(storage, job('a', 1), job('b', 2));
      await write(storage, (tx) => tx.setPause(QUEUE, { until: clock.now() + 30_000, reason: 'livetex_rate_limited' }));
      clock.set(-DAY_MS);
      await clock.advance(1);
      expect((await storage.nextWork(QUEUE))?.at ?? Infinity).toBeLessThanOrEqual(clock.now() + HOUR_MS);
      // One that tries the queue that was held back.
      const probe = await claimOne(storage);
      expect(probe.probe).toBe(true);
      await write(storage, async (tx) => {
        await tx.complete(probe);
        await tx.setPause(QUEUE, null);
      });
      expect(await claim(storage)).toHaveLength(1);
    });

    test('a timer waits as long as it was set for, neither until tomorrow nor not at all', async () => {
      const { storage, clock } = subject();
      // Long after the start: the queue has been found in order.
      await clock.advance(60_000);
      expect(await claim(storage)).toEqual([]);
      await write(storage, (tx) => tx.schedule({ id: 'long', at: clock.now() + 2 * DAY_MS, job: job('b', 'long') }));
      clock.set(DAY_MS);
      await write(storage, (tx) => tx.schedule({ id: 'pickup', at: clock.now() + 60_000, job: job('a', 'timer') }));
      clock.set(-DAY_MS);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(59_000);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(1_000);
      const fired = await claimOne(storage);
      expect(fired.payload).toBe('timer');
      await write(storage, (tx) => tx.complete(fired));
      // One that was set before the jump is not moved by it.
      await clock.advance(DAY_MS);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(DAY_MS);
      expect(payloads(await claim(storage))).toEqual(['long']);
    });

    test('a lease taken while the clock was ahead ends when its length is over', async () => {
      const { storage, clock } = subject();
      clock.set(DAY_MS);
      await enqueue(storage, job('a', 1));
      await claimOne(storage);
      clock.set(-DAY_MS);
      await clock.advance(1);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(LEASE_MS);
      expect(payloads(await claim(storage))).toEqual([1]);
    });

    test('hasten lets a waiting job be tried at once, and one job of a queue that is held back', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2));
      const [first, second] = await claim(storage);
      if (first === undefined || second === undefined) throw new Error('nothing was claimable');
      const notBefore = clock.now() + FIVE_MINUTES_MS;
      await write(storage, async (tx) => {
        await tx.retry(first, { notBefore, error: 'x' });
        await tx.retry(second, { notBefore, error: 'x' });
      });
      expect(await claim(storage)).toEqual([]);
      expect(await write(storage, (tx) => tx.hasten(first.id))).toBe(true);
      expect(payloads(await claim(storage))).toEqual([first.payload]);
      expect(await write(storage, (tx) => tx.hasten(first.id))).toBe(true);
      expect(await write(storage, (tx) => tx.hasten(1_000_000))).toBe(false);
      await write(storage, (tx) => tx.setPause('held', { until: notBefore, reason: 'livetex_token_refused' }));
      await enqueue(storage, job('c', 3, 'held'), job('d', 4, 'held'));
      expect(await claim(storage, 5, { queue: 'held' })).toEqual([]);
      const [waits] = await storage.read((tx) => tx.listJobs('held', 'c', 1));
      expect(await write(storage, (tx) => tx.hasten(waits?.id ?? 0))).toBe(true);
      expect(await claim(storage, 5, { queue: 'held' })).toMatchObject([{ probe: true }]);
    });
  });
}
