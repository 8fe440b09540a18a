import { describe, expect, test } from 'vitest';
import type { Json } from '../../../plugin/storage/contract.ts';
import { type StorageDriver, useSubject, write } from './subject.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Values that a careless driver changes or refuses. */
const HOSTILE_VALUES: Json[] = [
  null,
  '',
  0,
  -0.5,
  9_007_199_254_740_991,
  [[], {}, ''],
  { nested: { номер_заявки: 705, '😀': '👩‍👩‍👧' } },
  'a NUL \0 inside, half a pair \ud83d, a line separator \u2028',
  JSON.parse('{"__proto__": 1, "constructor": 2}') as Json,
  'я'.repeat(100_000),
];

/** Records, streams and remembered ids. */
export function recordRules(driver: StorageDriver): void {
  describe('records', () => {
    const subject = useSubject(driver);

    test('a record is stored with a version that grows by one with each write', async () => {
      const { storage } = subject();
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toBeUndefined();
      expect(await write(storage, (tx) => tx.putRecord('lead', 'a', { x: 1 }))).toBe(1);
      expect(await write(storage, (tx) => tx.putRecord('lead', 'a', { x: 2 }))).toBe(2);
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toEqual({ key: 'a', value: { x: 2 }, version: 2 });
      expect(await storage.read((tx) => tx.getRecord('dialog', 'a'))).toBeUndefined();
    });

    test('with an expected version a write is a compare-and-set', async () => {
      const { storage } = subject();
      expect(await write(storage, (tx) => tx.putRecord('lead', 'a', 1, 0))).toBe(1);
      expect(await write(storage, (tx) => tx.putRecord('lead', 'a', 2, 1))).toBe(2);
      for (const stale of [0, 1, 3]) {
        await expect(write(storage, (tx) => tx.putRecord('lead', 'a', 3, stale))).rejects.toMatchObject({
          code: 'storage_conflict',
          message: expect.stringContaining('"a"') as string,
        });
      }
      await expect(write(storage, (tx) => tx.putRecord('lead', 'missing', 3, 1))).rejects.toMatchObject({
        code: 'storage_conflict',
      });
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toMatchObject({ value: 2, version: 2 });
    });

    test('a deleted record is gone; one that is not there can be deleted', async () => {
      const { storage } = subject();
      await write(storage, async (tx) => {
        await tx.putRecord('lead', 'a', 1);
        await tx.deleteRecord('lead', 'a');
        await tx.deleteRecord('lead', 'never');
      });
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toBeUndefined();
      expect(await write(storage, (tx) => tx.putRecord('lead', 'a', 1, 0))).toBe(1);
    });

    test('records are listed by key in code point order, by prefix, page by page', async () => {
      const { storage } = subject();
      // By UTF-16 units the emoji would come before the full-width letter.
      const keys = ['b', 'b:', 'b:1', 'b:2', 'b:я', 'b:Ａ', 'b:😀', 'b;', 'c'];
      await write(storage, async (tx) => {
        for (const key of keys.toReversed()) await tx.putRecord('lead', key, key);
        await tx.putRecord('other', 'b:3', 1);
      });
      const list = async (page: { prefix?: string; after?: string; limit: number }) =>
        (await storage.read((tx) => tx.listRecords('lead', page))).map(({ key }) => key);
      expect(await list({ limit: 100 })).toEqual(keys);
      expect(await list({ prefix: 'b:', limit: 100 })).toEqual(['b:', 'b:1', 'b:2', 'b:я', 'b:Ａ', 'b:😀']);
      expect(await list({ prefix: 'b:', after: 'b:1', limit: 2 })).toEqual(['b:2', 'b:я']);
      expect(await list({ prefix: 'b:', after: 'b:😀', limit: 2 })).toEqual([]);
      expect(await list({ prefix: 'zzz', limit: 2 })).toEqual([]);
      expect(await list({ after: 'b;', limit: 2 })).toEqual(['c']);
    });

    test('any JSON value comes back as it was', async () => {
      const { storage } = subject();
      await write(storage, async (tx) => {
        for (const [place, value] of HOSTILE_VALUES.entries()) await tx.putRecord('value', `${place}`, value);
        await tx.appendStream('values', HOSTILE_VALUES, 5);
      });
      for (const [place, value] of HOSTILE_VALUES.entries()) {
        const found = await storage.read((tx) => tx.getRecord('value', `${place}`));
        expect(JSON.stringify(found?.value)).toBe(JSON.stringify(value));
      }
      const [entry] = await storage.read((tx) => tx.readStream('values', { after: 0, limit: 1 }));
      expect(JSON.stringify(entry?.value)).toBe(JSON.stringify(HOSTILE_VALUES));
    });

    test('what is stored does not change with the object that was passed', async () => {
      const { storage } = subject();
      const value = { list: [1] };
      await write(storage, (tx) => tx.putRecord('lead', 'a', value));
      value.list.push(2);
      expect(await storage.read((tx) => tx.getRecord('lead', 'a'))).toMatchObject({ value: { list: [1] } });
    });

    test('a name that databases change, or a value that is not JSON, is refused with its reason', async () => {
      const { storage } = subject();
      for (const key of ['', 'a\0b', 'half \ud83d', 'x'.repeat(513)]) {
        await expect(write(storage, (tx) => tx.putRecord('lead', key, 1))).rejects.toMatchObject({
          code: 'storage_name_invalid',
        });
      }
      const circular: { self?: unknown } = {};
      circular.self = circular;
      for (const value of [undefined, () => 1, 1n, circular]) {
        await expect(write(storage, (tx) => tx.putRecord('lead', 'a', value as Json))).rejects.toMatchObject({
          code: 'storage_value_invalid',
        });
      }
    });
  });

  describe('streams', () => {
    const subject = useSubject(driver);

    test('entries count from 1 without gaps, also after a transaction that failed', async () => {
      const { storage } = subject();
      expect(await storage.read((tx) => newestSeq(tx, 'lead:1'))).toBe(0);
      expect(await write(storage, (tx) => tx.appendStream('lead:1', 'a', 10))).toBe(1);
      const failing = write(storage, async (tx) => {
        await tx.appendStream('lead:1', 'lost', 11);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await write(storage, (tx) => tx.appendStream('lead:1', 'b', 12))).toBe(2);
      expect(await write(storage, (tx) => tx.appendStream('lead:2', 'other', 13))).toBe(1);
      expect(await storage.read((tx) => newestSeq(tx, 'lead:1'))).toBe(2);
      expect(await storage.read((tx) => tx.readStream('lead:1', { after: 0, limit: 10 }))).toEqual([
        { seq: 1, value: 'a', at: 10 },
        { seq: 2, value: 'b', at: 12 },
      ]);
      expect(await storage.read((tx) => tx.readStream('lead:1', { after: 1, limit: 10 }))).toHaveLength(1);
      expect(await storage.read((tx) => Promise.all([tx.streamEnd('lead:1'), tx.streamEnd('none')]))).toEqual([2, 0]);
      expect(await storage.read((tx) => tx.readStream('lead:1', { after: 0, limit: 1 }))).toHaveLength(1);
    });

    test('numbers go on when retention has emptied the stream', async () => {
      const { storage, clock } = subject();
      await write(storage, (tx) => tx.appendStream('lead:1', 'a', clock.now()));
      await clock.advance(DAY_MS);
      expect(await storage.prune({ rememberedMs: DAY_MS, streamMs: 1_000 })).toBe(1);
      expect(await storage.read((tx) => tx.readStream('lead:1', { after: 0, limit: 10 }))).toEqual([]);
      expect(await write(storage, (tx) => tx.appendStream('lead:1', 'b', clock.now()))).toBe(2);
      expect(await storage.read((tx) => tx.readStream('lead:1', { after: 0, limit: 10 }))).toMatchObject([{ seq: 2 }]);
    });
  });

  describe('remembered ids', () => {
    const subject = useSubject(driver);

    test('the first writer wins; afterwards what it remembered comes back', async () => {
      const { storage } = subject();
      const remember = (scope: string, value: Json) => write(storage, (tx) => tx.remember(scope, 'id-1', value));
      expect(await remember('webhook', { first: true })).toBeUndefined();
      expect(await remember('webhook', { first: false })).toEqual({ value: { first: true } });
      expect(await remember('event', null)).toBeUndefined();
      expect(await remember('event', 1)).toEqual({ value: null });
    });

    test('of many at once exactly one is the first', async () => {
      const { storage } = subject();
      const found = await Promise.all(
        Array.from({ length: 20 }, (_, n) => write(storage, (tx) => tx.remember('webhook', 'same', n))),
      );
      expect(found.filter((before) => before === undefined)).toHaveLength(1);
      expect(new Set(found.flatMap((before) => before?.value ?? []))).toHaveProperty('size', 1);
    });

    test('an id is kept as long as retention says, then it is new again', async () => {
      const { storage, clock } = subject();
      await write(storage, (tx) => tx.remember('webhook', 'a', 1));
      await clock.advance(DAY_MS);
      await write(storage, (tx) => tx.remember('webhook', 'b', 2));
      expect(await storage.prune({ rememberedMs: DAY_MS })).toBe(0);
      await clock.advance(1);
      expect(await storage.prune({ rememberedMs: DAY_MS })).toBe(1);
      expect(await storage.prune({ rememberedMs: DAY_MS })).toBe(0);
      expect(await write(storage, (tx) => tx.remember('webhook', 'a', 3))).toBeUndefined();
      expect(await write(storage, (tx) => tx.remember('webhook', 'b', 3))).toEqual({ value: 2 });
    });

    test('prune works in small batches, and says when it is done', async () => {
      const { storage, clock } = subject();
      await write(storage, async (tx) => {
        for (let n = 0; n < 1_200; n += 1) await tx.remember('webhook', `${n}`, n);
      });
      await clock.advance(2);
      const batches: number[] = [];
      do batches.push(await storage.prune({ rememberedMs: 1 }));
      while (batches.at(-1) !== 0);
      expect(batches.reduce((sum, batch) => sum + batch)).toBe(1_200);
      expect(batches.length).toBeGreaterThan(2);
    });
  });
}
