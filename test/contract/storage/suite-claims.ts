import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../../plugin/storage/contract.ts';
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
  write,
} from './subject.ts';

/** Who may work on what, and for how long. */
export function claimRules(driver: StorageDriver): void {
  describe('claims', () => {
    const subject = useSubject(driver);

    test('each job of a claim is from another lane, oldest ready first, at most as many as asked for', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('b', 'b1'), job('b', 'b2'));
      await clock.advance(1);
      await enqueue(storage, job('a', 'a1'));
      await clock.advance(1);
      await enqueue(storage, job('c', 'c1'), job('elsewhere', 'x', 'other'));
      expect(payloads(await claim(storage, 2))).toEqual(['b1', 'a1']);
      expect(payloads(await claim(storage))).toEqual(['c1']);
      expect(await claim(storage)).toEqual([]);
      expect(payloads(await claim(storage, 5, { queue: 'other' }))).toEqual(['x']);
    });

    test('only lanes with the prefixes that were asked for are claimed; what is left is told, and keeps its place and its tries', async () => {
      const { storage, clock } = subject();
      // Far more than a claim looks at before the first one that is asked for.
      const others = Array.from({ length: 150 }, (_, n) => job(`gone/${n}`, `gone ${n}`));
      await enqueue(storage, ...others, job('bare', 'bare'));
      await clock.advance(1);
      await enqueue(storage, job('main/a', 'a1'), job('main/a', 'a2'), job('/b', 'b1'), job('mainly/c', 'c1'));
      const asked = { prefixes: ['', 'main'] };
      const [head, ...more] = await claim(storage, 2, asked);
      expect(payloads(head === undefined ? [] : [head, ...more])).toEqual(['a1', 'b1']);
      expect(await claim(storage, 9, asked)).toEqual([]);
      expect(await storage.nextWork(QUEUE, asked.prefixes)).toMatchObject({
        at: head?.leaseUntil,
        left: expect.arrayContaining(['gone']) as unknown,
      });
      expect(await storage.nextWork(QUEUE, ['nobody'])).toMatchObject({
        left: expect.arrayContaining(['gone']) as unknown,
      });
      expect(await storage.nextWork('other', asked.prefixes)).toBeUndefined();
      if (head) await write(storage, (tx) => tx.complete(head));
      expect(payloads(await claim(storage, 9, asked))).toEqual(['a2']);
      await clock.advance(1);
      const rest = await claim(storage, 200);
      expect(payloads(rest)).toEqual([...payloads(others), 'bare', 'c1']);
      expect(rest.every(({ attempts, firstFailedAt }) => attempts === 0 && firstFailedAt === null)).toBe(true);
    });

    test('a lane that just had its turn goes behind those that wait', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 'a1'), job('a', 'a2'), job('b', 'b1'));
      const head = await claimOne(storage);
      await clock.advance(1);
      await write(storage, (tx) => tx.complete(head));
      expect(payloads(await claim(storage))).toEqual(['b1', 'a2']);
    });

    test('claims made at the same time never share a lane', async () => {
      const { storage } = subject();
      await enqueue(storage, ...Array.from({ length: 40 }, (_, n) => job(`lane ${n}`, n)));
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(storage, 7)));
      const found = payloads(claims.flat());
      expect(found).toHaveLength(40);
      expect(new Set(found)).toHaveProperty('size', 40);
      expect(new Set(claims.flat().map((claimed) => claimed.claim))).toHaveProperty('size', 40);
    });

    test('an expired lease counts as unclaimed, and its owner can no longer end the job', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      const first = await claimOne(storage);
      await clock.advance(LEASE_MS - 1);
      expect(await claim(storage)).toEqual([]);
      expect((await storage.nextWork(QUEUE))?.at).toBe(first.leaseUntil);
      await clock.advance(1);
      const lost = { code: 'claim_lost', message: expect.stringContaining(`job ${first.id}`) as string };
      await expect(write(storage, (tx) => tx.complete(first))).rejects.toMatchObject(lost);
      const second = await claimOne(storage);
      expect(second).toMatchObject({ id: first.id, payload: 1, attempts: 0 });
      for (const end of [
        (tx: Transaction) => tx.complete(first),
        (tx: Transaction) => tx.retry(first, { notBefore: 0, error: 'x' }),
        (tx: Transaction) => tx.release(first),
        (tx: Transaction) => tx.deadLetter(first, 'x'),
      ]) {
        await expect(write(storage, end)).rejects.toMatchObject(lost);
      }
      await write(storage, (tx) => tx.complete(second));
      expect(await claimOne(storage)).toMatchObject({ payload: 2 });
    });

    test('a claim ends once', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      const head = await claimOne(storage);
      await write(storage, (tx) => tx.complete(head));
      await expect(write(storage, (tx) => tx.complete(head))).rejects.toMatchObject({ code: 'claim_lost' });
      const next = await claimOne(storage);
      await write(storage, (tx) => tx.release(next));
      await expect(write(storage, (tx) => tx.complete(next))).rejects.toMatchObject({ code: 'claim_lost' });
      expect(await claimOne(storage)).toMatchObject({ payload: 2 });
    });

    test('a claim that was lost takes the whole transaction with it', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 1));
      const head = await claimOne(storage);
      await clock.advance(LEASE_MS);
      const late = write(storage, async (tx) => {
        await tx.putRecord('dialog', 'a', 'late');
        await tx.complete(head);
      });
      await expect(late).rejects.toMatchObject({ code: 'claim_lost' });
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toBeUndefined();
    });

    test('maxClaimed bounds the lanes under way together; expired leases do not count', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, ...['a', 'b', 'c', 'd', 'e'].map((lane) => job(lane, lane)));
      const first = await claim(storage, 2, { maxClaimed: 3 });
      expect(first).toHaveLength(2);
      expect(await claim(storage, 2, { maxClaimed: 3 })).toHaveLength(1);
      expect(await claim(storage, 2, { maxClaimed: 3 })).toEqual([]);
      const [done] = first;
      if (done) await write(storage, (tx) => tx.complete(done));
      expect(await claim(storage, 2, { maxClaimed: 3 })).toHaveLength(1);
      await clock.advance(LEASE_MS);
      expect(await claim(storage, 9, { maxClaimed: 3 })).toHaveLength(3);
    });

    test('maxClaimed holds for claims made at the same time', async () => {
      const { storage } = subject();
      await enqueue(storage, ...Array.from({ length: 20 }, (_, n) => job(`lane ${n}`, n)));
      const claims = await Promise.all(Array.from({ length: 8 }, () => claim(storage, 4, { maxClaimed: 5 })));
      expect(claims.flat()).toHaveLength(5);
    });
  });
}
