import { describe, expect, test } from 'vitest';
import { claim, enqueue, job, QUEUE, type StorageDriver, useSubject, write } from './subject.ts';
import { newestSeq } from '../../support/newest-seq.ts';

/** What a transaction is: all or nothing, alone, told about after it committed. */
export function transactionRules(driver: StorageDriver): void {
  describe('transactions', () => {
    const subject = useSubject(driver);

    test('a rejected one leaves nothing behind', async () => {
      const { storage, clock } = subject();
      await enqueue(storage, job('a', 'kept'), job('b', 'kept'));
      await write(storage, (tx) => tx.putRecord('lead', 'kept', 1));
      await write(storage, (tx) => tx.schedule({ id: 'kept', at: clock.now() + 5_000, job: job('t', 1) }));
      const [first] = await claim(storage, 1);
      const before = await storage.stats();
      const failing = write(storage, async (tx) => {
        await tx.putRecord('lead', 'lost', 1);
        await tx.putRecord('lead', 'kept', 2);
        await tx.appendStream('stream', 1, 1);
        await tx.remember('scope', 'id', 1);
        await tx.enqueue([job('a', 'lost'), job('new', 'lost')]);
        await tx.schedule({ id: 'kept', at: 1, job: job('t', 2) });
        await tx.schedule({ id: 'lost', at: 1, job: job('t', 2) });
        await tx.setPause(QUEUE, { until: clock.now() + 1_000, reason: 'x' });
        if (first) await tx.deadLetter(first, 'lost');
        await tx.deleteRecord('lead', 'kept');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      await storage.read(async (tx) => {
        expect(await tx.getRecord('lead', 'lost')).toBeUndefined();
        expect(await tx.getRecord('lead', 'kept')).toEqual({ key: 'kept', value: 1, version: 1 });
        expect(await newestSeq(tx, 'stream')).toBe(0);
        expect(await tx.listJobs(QUEUE, 'a', 10)).toHaveLength(1);
        expect(await tx.listJobs(QUEUE, 'new', 10)).toHaveLength(0);
        expect(await tx.getPause(QUEUE)).toBeUndefined();
      });
      expect(await storage.listDead({ limit: 10 })).toEqual([]);
      expect(await storage.stats()).toEqual(before);
      expect(await write(storage, (tx) => tx.remember('scope', 'id', 2))).toBeUndefined();
      if (first) await write(storage, (tx) => tx.complete(first));
    });

    test('one that rejects takes none of those beside it with it', async () => {
      const { storage } = subject();
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          write(storage, async (tx) => {
            await tx.putRecord('n', `${n}`, n);
            await tx.enqueue([job(`lane ${n}`, n)]);
            if (n % 3 === 0) throw new Error(`no ${n}`);
            return n;
          }),
        ),
      );
      const kept = Array.from({ length: 30 }, (_, n) => n).filter((n) => n % 3 !== 0);
      expect(results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))).toEqual(kept);
      const records = await storage.read((tx) => tx.listRecords('n', { limit: 100 }));
      expect(records.map(({ value }) => value).toSorted((a, b) => Number(a) - Number(b))).toEqual(kept);
      expect(await storage.stats()).toMatchObject([{ jobs: kept.length, lanes: kept.length }]);
    });

    test('read-modify-write of many at once loses no step', async () => {
      const { storage } = subject();
      await write(storage, (tx) => tx.putRecord('n', 'sum', 0));
      await Promise.all(
        Array.from({ length: 25 }, () =>
          write(storage, async (tx) => {
            const found = await tx.getRecord('n', 'sum');
            await tx.putRecord('n', 'sum', Number(found?.value) + 1);
          }),
        ),
      );
      expect(await storage.read((tx) => tx.getRecord('n', 'sum'))).toMatchObject({ value: 25, version: 26 });
    });

    test('a transaction sees its own writes, a read only what is committed', async () => {
      const { storage } = subject();
      let outside: Promise<unknown> = Promise.resolve();
      const failing = write(storage, async (tx) => {
        await tx.putRecord('lead', 'a', 1);
        await tx.enqueue([job('a', 1)]);
        await tx.appendStream('s', 1, 1);
        expect(await tx.getRecord('lead', 'a')).toMatchObject({ value: 1 });
        expect(await tx.listJobs(QUEUE, 'a', 5)).toHaveLength(1);
        expect(await newestSeq(tx, 's')).toBe(1);
        outside = storage.read((read) => read.getRecord('lead', 'a'));
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      expect(await outside).toBeUndefined();
    });

    test('a read is one consistent view, and one that follows a commit sees it', async () => {
      const { storage } = subject();
      await write(storage, (tx) => tx.putRecord('lead', 'a', 'old'));
      let change: Promise<unknown> = Promise.resolve();
      const seen = await storage.read(async (tx) => {
        const values = [(await tx.getRecord('lead', 'a'))?.value];
        change = write(storage, (other) => other.putRecord('lead', 'a', 'new'));
        for (let n = 0; n < 20; n += 1) values.push((await tx.getRecord('lead', 'a'))?.value);
        return values;
      });
      expect(new Set(seen)).toEqual(new Set(['old']));
      await change;
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toMatchObject({ value: 'new' });
    });

    test('what a read throws reaches the caller, and the next read works', async () => {
      const { storage } = subject();
      await expect(storage.read(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
      expect(await storage.read((tx) => newestSeq(tx, 's'))).toBe(0);
    });

    test('listeners hear of work and of appended entries after the commit, until they stop listening', async () => {
      const { storage, clock } = subject();
      const heard: string[] = [];
      let wake = (): void => undefined;
      const until = async (size: number): Promise<void> => {
        while (heard.length < size) await new Promise<void>((resolve) => (wake = resolve));
      };
      const hear = (name: string): void => {
        heard.push(name);
        wake();
      };
      const stops = [storage.onWakeUp(hear), storage.onAppend(hear)];
      await enqueue(storage, job('a', 1));
      await until(1);
      await write(storage, (tx) => tx.appendStream('lead:1', 1, clock.now()));
      await until(2);
      await write(storage, (tx) => tx.schedule({ id: 't', at: clock.now() + 1, job: job('b', 1, 'other') }));
      await until(3);
      await expect(
        write(storage, async (tx) => {
          await tx.appendStream('lead:2', 1, clock.now());
          throw new Error('not heard');
        }),
      ).rejects.toThrow('not heard');
      for (const stop of stops) stop();
      await write(storage, (tx) => tx.appendStream('lead:1', 1, clock.now()));
      await storage.ping();
      expect(heard).toEqual([QUEUE, 'lead:1', 'other']);
    });

    test('ping resolves while storage can be written, and close may be called twice', async () => {
      const { storage } = subject();
      await storage.ping();
      await storage.close();
      for (const call of [storage.ping(), storage.stats(), storage.read((tx) => newestSeq(tx, 's')), claim(storage)]) {
        await expect(call).rejects.toMatchObject({ code: 'storage_closed' });
      }
      await storage.close();
    });
  });
}
