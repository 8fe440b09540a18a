import { describe, expect, test } from 'vitest';
import {
  claim,
  claimOne,
  enqueue,
  job,
  payloads,
  QUEUE,
  statsOf,
  type StorageDriver,
  useSubject,
  waiting,
  write,
} from './subject.ts';

const HOUR_MS = 3_600_000;

/** What goes when somebody must be forgotten. */
export function forgettingRules(driver: StorageDriver): void {
  describe('forgetting', () => {
    const subject = useSubject(driver);

    test('a lane goes with its jobs, dead letters and timers, and takes nothing of another one with it', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 'dead'), job('a', 'failed'), job('a', 'waits'), job('b', 'stays'));
      await enqueue(storage, job('a', 'elsewhere', 'other'));
      for (const end of ['dead', 'failed']) {
        const [head] = (await claim(storage)).filter(({ lane }) => lane === 'a');
        if (head === undefined) throw new Error(`expected the job "${end}"`);
        const again = { notBefore: clock.now() + HOUR_MS, error: 'x' };
        await write(storage, (tx) => (end === 'dead' ? tx.deadLetter(head, 'x') : tx.retry(head, again)));
      }
      const timer = (id: string, lane: string) => ({ id, at: clock.now() + HOUR_MS, job: job(lane, id) });
      await write(storage, async (tx) => {
        await tx.schedule(timer('t1', 'a'));
        await tx.schedule(timer('t2', 'a'));
        await tx.schedule(timer('t3', 'b'));
      });

      const cleared = await write(storage, (tx) => tx.clearLane(QUEUE, 'a'));
      expect(cleared).toEqual({ removed: 5, underWay: false });
      expect(await waiting(storage, 'a')).toEqual([]);
      expect(await storage.listDead({ limit: 10 })).toEqual([]);
      expect(await storage.listStuck(10)).toEqual([]);
      expect(await statsOf(storage)).toMatchObject({ lanes: 1, jobs: 1, retrying: 0, dead: 0, timers: 1 });
      expect(payloads(await claim(storage, 10, { queue: 'other' }))).toEqual(['elsewhere']);
      expect(await write(storage, (tx) => tx.clearLane(QUEUE, 'a'))).toEqual({ removed: 0, underWay: false });

      await enqueue(storage, job('a', 'new'));
      await clock.advance(HOUR_MS);
      expect(new Set(payloads(await claim(storage)))).toEqual(new Set(['new', 'stays']));
    });

    test('a head that somebody works on stays until that has ended', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 'under way'), job('a', 'behind it'));
      const head = await claimOne(storage);
      expect(await write(storage, (tx) => tx.clearLane(QUEUE, 'a'))).toEqual({ removed: 1, underWay: true });
      expect(await waiting(storage, 'a')).toEqual(['under way']);
      expect(await statsOf(storage)).toMatchObject({ lanes: 1, jobs: 1 });
      await write(storage, (tx) => tx.complete(head));
      expect(await write(storage, (tx) => tx.clearLane(QUEUE, 'a'))).toEqual({ removed: 0, underWay: false });
      expect(await statsOf(storage)).toMatchObject({ lanes: 0, jobs: 0 });
    });

    test('a lane that is cleared in a transaction that fails is as it was', async () => {
      const { storage } = subject();
      await enqueue(storage, job('a', 1), job('a', 2));
      const failed = write(storage, async (tx) => {
        await tx.clearLane(QUEUE, 'a');
        throw new Error('on purpose');
      });
      await expect(failed).rejects.toThrow('on purpose');
      expect(await statsOf(storage)).toMatchObject({ lanes: 1, jobs: 2 });
      expect((await claimOne(storage)).payload).toBe(1);
    });

    test('a stream goes with its name, and ids with their scope', async () => {
      const { storage } = subject();
      await write(storage, async (tx) => {
        await tx.appendStream('s', 'one', 1);
        await tx.appendStream('s', 'two', 2);
        await tx.appendStream('t', 'other', 3);
        for (const id of ['1', '2']) await tx.remember('scope', id, true);
        await tx.remember('scope/b', '1', true);
      });
      expect(await write(storage, (tx) => tx.deleteStream('s'))).toBe(2);
      expect(await write(storage, (tx) => tx.forgetIds('scope'))).toBe(2);
      const read = async (stream: string) =>
        (await storage.read((tx) => tx.readStream(stream, { after: 0, limit: 10 }))).map(({ seq, value }) => [
          seq,
          value,
        ]);
      expect(await read('s')).toEqual([]);
      expect(await read('t')).toEqual([[1, 'other']]);
      await write(storage, (tx) => tx.appendStream('s', 'anew', 4));
      expect(await read('s')).toEqual([[1, 'anew']]);
      expect(await write(storage, (tx) => tx.remember('scope', '1', false))).toBeUndefined();
      expect(await write(storage, (tx) => tx.remember('scope/b', '1', false))).toEqual({ value: true });
    });
  });
}
