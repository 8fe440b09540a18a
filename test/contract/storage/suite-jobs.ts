import { describe, expect, test } from 'vitest';
import {
  claim,
  claimOne,
  enqueue,
  job,
  LEASE_MS,
  payloads,
  QUEUE,
  statsOf,
  type StorageDriver,
  useSubject,
  waiting,
  write,
} from './subject.ts';

/** The life of a job: enqueue, claim, and the four ways in which a claim ends. */
export function jobRules(driver: StorageDriver): void {
  describe('jobs', () => {
    const subject = useSubject(driver);

    test('a lane gives its jobs one after the other, in the order of enqueueing', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      await enqueue(storage, job('a', 3));
      expect(await waiting(storage, 'a')).toEqual([1, 2, 3]);
      for (const n of [1, 2, 3]) {
        const head = await claimOne(storage);
        expect(head).toMatchObject({ queue: QUEUE, lane: 'a', kind: 'send', payload: n, attempts: 0 });
        expect(head).toMatchObject({ firstFailedAt: null, lastError: null, enqueuedAt: clock.now() });
        expect(head.leaseUntil).toBe(clock.now() + LEASE_MS);
        expect(await claim(storage)).toEqual([]);
        await write(storage, (tx) => tx.complete(head));
      }
      expect(await claim(storage)).toEqual([]);
      expect((await storage.nextWork(QUEUE))?.at).toBeUndefined();
    });

    test('ids grow within a lane and are not used twice', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      const first = await claimOne(storage);
      await write(storage, (tx) => tx.complete(first));
      const second = await claimOne(storage);
      await write(storage, (tx) => tx.complete(second));
      await enqueue(storage, job('a', 3));
      const third = await claimOne(storage);
      expect(second.id).toBeGreaterThan(first.id);
      expect(third.id).toBeGreaterThan(second.id);
    });

    test('a retried job stays at the head, counts its tries, and only its lane waits', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 'a1'), job('a', 'a2'), job('b', 'b1'));
      const [head] = await claim(storage, 1);
      if (!head) throw new Error('nothing claimed');
      const firstFailedAt = clock.now();
      await write(storage, (tx) => tx.retry(head, { notBefore: clock.now() + 500, error: 'livetex_failed' }));
      expect(payloads(await claim(storage))).toEqual(['b1']);
      await clock.advance(499);
      expect(await claim(storage)).toEqual([]);
      await clock.advance(1);
      const again = await claimOne(storage);
      expect(again).toMatchObject({ id: head.id, attempts: 1, firstFailedAt, lastError: 'livetex_failed' });
      expect(again.claim).not.toBe(head.claim);
      await write(storage, (tx) => tx.retry(again, { notBefore: clock.now(), error: 'other' }));
      const third = await claimOne(storage);
      expect(third).toMatchObject({ payload: 'a1', attempts: 2, firstFailedAt, lastError: 'other' });
      await write(storage, (tx) => tx.complete(third));
      expect(await claimOne(storage)).toMatchObject({ payload: 'a2', attempts: 0, lastError: null });
    });

    test('a released job is as if it had never been claimed', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1));
      const first = await claimOne(storage);
      await write(storage, (tx) => tx.release(first));
      const again = await claimOne(storage);
      expect(again).toMatchObject({ payload: 1, attempts: 0, firstFailedAt: null });
      await write(storage, (tx) => tx.release(again, clock.now() + 100));
      expect(await claim(storage)).toEqual([]);
      await clock.advance(100);
      expect(await claimOne(storage)).toMatchObject({ payload: 1, attempts: 0 });
    });

    test('a buried job goes to the dead letters, and its lane goes on', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      const head = await claimOne(storage);
      await write(storage, (tx) => tx.deadLetter(head, 'livetex_refused'));
      expect(await storage.listDead({ queue: QUEUE, limit: 10 })).toEqual([
        {
          id: head.id,
          queue: QUEUE,
          lane: 'a',
          kind: 'send',
          payload: 1,
          enqueuedAt: head.enqueuedAt,
          attempts: 1,
          firstFailedAt: clock.now(),
          lastError: 'livetex_refused',
          diedAt: clock.now(),
        },
      ]);
      expect(await claimOne(storage)).toMatchObject({ payload: 2 });
    });

    test('a resent job goes to the end of its lane, with its tries forgotten', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1));
      const head = await claimOne(storage);
      await write(storage, (tx) => tx.deadLetter(head, 'x'));
      await enqueue(storage, job('a', 2));
      expect(await write(storage, (tx) => tx.resend(head.id))).toBe(true);
      expect(await write(storage, (tx) => tx.resend(head.id))).toBe(false);
      expect(await write(storage, (tx) => tx.resend(999_999))).toBe(false);
      expect(await storage.listDead({ limit: 10 })).toEqual([]);
      const [first, second] = await storage.read((tx) => tx.listJobs(QUEUE, 'a', 10));
      expect(first).toMatchObject({ payload: 2 });
      expect(second).toMatchObject({ payload: 1, attempts: 0, firstFailedAt: null, lastError: null });
      expect(second?.id).toBeGreaterThan(first?.id ?? Infinity);
    });

    test('waiting jobs are read page by page, and counted without being read', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('b', 9), job('a', 2), job('a', 3));
      const [first, second] = await storage.read((tx) => tx.listJobs(QUEUE, 'a', 2));
      expect([first?.payload, second?.payload]).toEqual([1, 2]);
      const behind = await storage.read((tx) => tx.listJobs(QUEUE, 'a', 2, second?.id));
      expect(behind.map(({ payload }) => payload)).toEqual([3]);
      const count = (lane: string, limit: number) => storage.read((tx) => tx.readLane(QUEUE, lane, limit));
      expect([(await count('a', 10))?.jobs, (await count('a', 2))?.jobs]).toEqual([3, 2]);
      expect(await count('nobody', 10)).toBeUndefined();
    });

    test('a waiting job can be dropped at any place of a lane that is not claimed', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('a', 2), job('a', 3), job('b', 1));
      const ids = (await storage.read((tx) => tx.listJobs(QUEUE, 'a', 10))).map(({ id }) => id);
      const drop = (place: number) => write(storage, (tx) => tx.drop(ids[place] ?? 0));
      const [head] = await claim(storage, 1);
      if (!head) throw new Error('nothing claimed');
      expect(await drop(0)).toBe(false);
      await write(storage, (tx) => tx.retry(head, { notBefore: clock.now() + 5_000, error: 'x' }));
      expect(await drop(1)).toBe(true);
      expect(await drop(1)).toBe(false);
      // The head still waits for its time …
      expect(payloads(await claim(storage))).toEqual([1]);
      expect(await waiting(storage, 'a')).toEqual([1, 3]);
      // … and with it gone the next one does not.
      expect(await drop(0)).toBe(true);
      expect(payloads(await claim(storage))).toEqual([3]);
      expect(await write(storage, (tx) => tx.drop(999_999))).toBe(false);
    });

    test('dropping the only job of a lane, or a dead job, forgets it', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('b', 1));
      const [head] = await claim(storage, 1);
      if (!head) throw new Error('nothing claimed');
      await write(storage, (tx) => tx.deadLetter(head, 'x'));
      const [other] = await storage.read((tx) => tx.listJobs(QUEUE, 'b', 1));
      expect(await write(storage, (tx) => tx.drop(other?.id ?? 0))).toBe(true);
      expect(await write(storage, (tx) => tx.drop(head.id))).toBe(true);
      expect(await storage.listDead({ limit: 10 })).toEqual([]);
      expect(await statsOf(storage)).toMatchObject({ jobs: 0, lanes: 0, dead: 0, oldestAt: null, retrying: 0 });
    });

    test('one transaction ends a job, stores its effects and enqueues what follows', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1));
      const head = await claimOne(storage);
      const failing = write(storage, async (tx) => {
        await tx.complete(head);
        await tx.enqueue([job('b', 'follows')]);
        throw new Error('crash');
      });
      await expect(failing).rejects.toThrow('crash');
      await write(storage, async (tx) => {
        await tx.complete(head);
        await tx.enqueue([job('b', 'follows')]);
      });
      expect(payloads(await claim(storage))).toEqual(['follows']);
    });
  });
}
