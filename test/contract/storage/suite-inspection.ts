import { describe, expect, test } from 'vitest';
import { claim, claimOne, enqueue, job, payloads, QUEUE, type StorageDriver, useSubject, write } from './subject.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const DAY_MS = 24 * 60 * 60_000;

/** What a maintainer looks at, and what retention removes. */
export function inspectionRules(driver: StorageDriver): void {
  describe('inspection', () => {
    const subject = useSubject(driver);

    test('stats count lanes, jobs, retries, dead letters and timers of each queue', async () => {
      const { storage, clock } = subject();
      expect(await storage.stats()).toEqual([]);
      const start = clock.now();
      await enqueue(storage, job('a', 1), job('a', 2), job('b', 3));
      await clock.advance(100);
      await enqueue(storage, job('c', 4), job('x', 5, 'other'));
      await write(storage, (tx) => tx.schedule({ id: 't', at: clock.now() + DAY_MS, job: job('d', 6) }));
      const empty = { lanes: 0, jobs: 0, oldestAt: null, retrying: 0, dead: 0, timers: 0 };
      const full = { ...empty, queue: QUEUE, lanes: 3, jobs: 4, oldestAt: start, timers: 1 };
      const other = { ...empty, queue: 'other', lanes: 1, jobs: 1, oldestAt: start + 100 };
      expect(await storage.stats()).toEqual([full, other]);
      const [first, second] = await claim(storage, 2);
      if (!first || !second) throw new Error('expected two jobs');
      expect(await storage.stats()).toEqual([full, other]);
      await write(storage, (tx) => tx.retry(first, { notBefore: clock.now() + 10, error: 'x' }));
      await write(storage, (tx) => tx.deadLetter(second, 'x'));
      expect(await storage.stats()).toEqual([{ ...full, lanes: 2, jobs: 3, retrying: 1, dead: 1 }, other]);
      await clock.advance(10);
      const [again] = (await claim(storage)).filter((claimed) => claimed.attempts > 0);
      if (!again) throw new Error('expected the retried job');
      await write(storage, (tx) => tx.complete(again));
      expect(await storage.stats()).toMatchObject([{ lanes: 2, jobs: 2, retrying: 0, oldestAt: start }, other]);
    });

    test('dead jobs are listed oldest first, page by page, by queue', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('a', 2), job('x', 3, 'other'), job('a', 4));
      for (let n = 0; n < 3; n += 1) {
        const head = await claimOne(storage);
        await write(storage, (tx) => tx.deadLetter(head, 'x'));
      }
      const [elsewhere] = await claim(storage, 1, { queue: 'other' });
      if (elsewhere) await write(storage, (tx) => tx.deadLetter(elsewhere, 'x'));
      const all = await storage.listDead({ limit: 10 });
      expect(payloads(all)).toEqual([1, 2, 3, 4]);
      expect(payloads(await storage.listDead({ queue: QUEUE, limit: 10 }))).toEqual([1, 2, 4]);
      expect(payloads(await storage.listDead({ queue: QUEUE, after: all[0]?.id ?? 0, limit: 1 }))).toEqual([2]);
      expect(payloads(await storage.listDead({ after: all[2]?.id ?? 0, limit: 5 }))).toEqual([4]);
      expect(await storage.listDead({ queue: 'none', limit: 5 })).toEqual([]);
    });

    test('waiting jobs are listed by their ids, page by page, up to a time', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('b', 2), job('a', 3, 'other'));
      await clock.advance(100);
      const then = clock.now();
      await enqueue(storage, job('a', 4));
      const all = await storage.listWaiting({ limit: 10 });
      expect(all.map(({ queue, lane, payload }) => [queue, lane, payload])).toEqual([
        [QUEUE, 'a', 1],
        [QUEUE, 'b', 2],
        ['other', 'a', 3],
        [QUEUE, 'a', 4],
      ]);
      expect(payloads(await storage.listWaiting({ before: then, limit: 10 }))).toEqual([1, 2, 3]);
      expect(payloads(await storage.listWaiting({ before: then, after: all[0]?.id ?? 0, limit: 1 }))).toEqual([2]);
    });

    test('stuck lanes are listed by how long their heads have been failing', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('fine', 0), job('a', 'a'), job('b', 'b'));
      const jobs = await claim(storage);
      const fail = async (lane: string, notBefore: number): Promise<void> => {
        const found = jobs.find((claimed) => claimed.lane === lane);
        if (found) await write(storage, (tx) => tx.retry(found, { notBefore, error: `${lane} failed` }));
      };
      await fail('b', clock.now() + DAY_MS);
      await clock.advance(5);
      await fail('a', clock.now() + 1);
      const stuck = await storage.listStuck(10);
      expect(stuck).toMatchObject([
        { lane: 'b', queue: QUEUE, payload: 'b', attempts: 1, lastError: 'b failed' },
        { lane: 'a', lastError: 'a failed' },
      ]);
      expect(await storage.listStuck(1)).toEqual(stuck.slice(0, 1));
      expect(await storage.listStuck(1, stuck[0])).toEqual(stuck.slice(1));
      expect(await storage.listStuck(10, stuck[1])).toEqual([]);
    });

    test('retention removes old dead letters and leaves everything that waits', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('a', 2), job('a', 3));
      const head = await claimOne(storage);
      await write(storage, (tx) => tx.deadLetter(head, 'x'));
      await write(storage, (tx) => tx.appendStream('s', 1, clock.now()));
      await clock.advance(DAY_MS);
      const second = await claimOne(storage);
      await write(storage, (tx) => tx.deadLetter(second, 'x'));
      await clock.advance(1);
      expect(await storage.prune({ rememberedMs: DAY_MS })).toBe(0);
      expect(await storage.prune({ rememberedMs: DAY_MS, deadMs: DAY_MS })).toBe(1);
      expect(await storage.prune({ rememberedMs: DAY_MS, deadMs: DAY_MS })).toBe(0);
      expect(payloads(await storage.listDead({ limit: 10 }))).toEqual([2]);
      expect(await storage.stats()).toMatchObject([{ dead: 1, jobs: 1 }]);
      expect(await storage.read((tx) => newestSeq(tx, 's'))).toBe(1);
    });
  });
}
