import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createMemoryStorage,
  createSqliteStorage,
  type Storage,
  type Transaction,
} from '../../../plugin/storage/index.ts';
import { createGroupCommit, createSqliteEngine } from '../../../plugin/storage/sqlite/group-commit.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const DEADLINE_MS = 20;

const drivers: Record<string, () => Promise<Storage>> = {
  memory: async () => createMemoryStorage({ clock: createTestClock(), transactionDeadlineMs: DEADLINE_MS }),
  sqlite: () =>
    createSqliteStorage(temporaryStorageFolder(), { clock: createTestClock(), transactionDeadlineMs: DEADLINE_MS }),
};

describe.each(Object.keys(drivers))('work that keeps to no rule, on %s', (driver) => {
  async function open(): Promise<Storage> {
    const storage = await drivers[driver]?.();
    if (storage === undefined) throw new Error('no such driver');
    onTestFinished(() => storage.close());
    return storage;
  }

  test('a transaction that awaits something else is undone and named; those behind it go on', async () => {
    const storage = await open();
    const never = new Promise<void>(() => undefined);
    const stalled = storage.transaction(async (tx) => {
      await tx.putRecord('n', 'stalled', 1);
      await never;
    });
    const beside = storage.transaction((tx) => tx.putRecord('n', 'beside', 1));
    await expect(stalled).rejects.toMatchObject({
      code: 'storage_stalled',
      message: expect.stringContaining('awaits something other than its tx') as string,
    });
    await beside;
    const records = await storage.read((tx) => tx.listRecords('n', { limit: 5 }));
    expect(records.map(({ key }) => key)).toEqual(['beside']);
  });

  test('a transaction inside a transaction would wait for itself: it stalls, with a clear error', async () => {
    const storage = await open();
    const outer = storage.transaction(async () => {
      await storage.transaction((tx) => tx.putRecord('n', 'inner', 1));
    });
    await expect(outer).rejects.toMatchObject({ code: 'storage_stalled' });
    await storage.ping();
    expect(await storage.read((tx) => tx.getRecord('n', 'inner'))).toMatchObject({ value: 1 });
  });

  test('a read that awaits something else does not hold up the others', async () => {
    const storage = await open();
    const stalled = storage.read(() => new Promise<void>(() => undefined));
    await expect(stalled).rejects.toMatchObject({ code: 'storage_stalled' });
    expect(await storage.read((tx) => newestSeq(tx, 's'))).toBe(0);
  });

  test('a tx cannot be used once its transaction has ended', async () => {
    const storage = await open();
    const kept = await storage.transaction((tx) => Promise.resolve({ tx }));
    const failed: { tx?: Transaction } = {};
    const failing = storage.transaction(async (tx) => {
      failed.tx = tx;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const read = await storage.read((tx) => Promise.resolve({ tx }));
    const late = [kept.tx.putRecord('n', 'late', 1), failed.tx?.enqueue([]), read.tx.getRecord('n', 'late')];
    for (const call of late) await expect(call).rejects.toMatchObject({ code: 'storage_ended' });
    expect(await storage.read((tx) => tx.getRecord('n', 'late'))).toBeUndefined();
  });

  test('close lets what was asked for end, then refuses', async () => {
    const storage = await open();
    const last = storage.transaction((tx) => tx.putRecord('n', 'last', 1));
    const closing = storage.close();
    await expect(storage.transaction((tx) => tx.putRecord('n', 'late', 1))).rejects.toMatchObject({
      code: 'storage_closed',
    });
    expect(await last).toBe(1);
    await closing;
  });

  test('a listener that throws harms neither the others nor storage', async () => {
    const storage = await open();
    const heard: string[] = [];
    storage.onAppend(() => {
      throw new Error('listener');
    });
    storage.onAppend((stream) => heard.push(stream));
    await storage.transaction((tx) => tx.appendStream('s', 1, 1));
    await storage.ping();
    expect(heard).toEqual(['s']);
  });
});

test('when the disk is full, the whole group rejects with a clear error, and later ones work again', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (n INTEGER, filler TEXT); PRAGMA max_page_count = 20');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
  const commits = createGroupCommit({
    engine: createSqliteEngine(database, 'my-data', () => database.close()),
    deadlineMs: 1_000,
    beforeCommit: () => undefined,
    afterGroup: () => undefined,
    soon: setImmediate,
  });
  const put = (n: number, bytes: number) =>
    commits.run({ durable: true, work: () => void insert.run(n, 'x'.repeat(bytes)) });
  await put(1, 10);
  const group = await Promise.allSettled([put(2, 10), put(3, 1_000_000), put(4, 10)]);
  for (const result of group) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'storage_full', retryable: true, message: expect.stringContaining('"my-data"') as string },
    });
  }
  await put(5, 10);
  expect(database.prepare('SELECT n FROM t ORDER BY n').all()).toMatchObject([{ n: 1 }, { n: 5 }]);
});

test('a durable group is flushed to disk by its commit; claims alone are not', () => {
  const database = new DatabaseSync(':memory:');
  const engine = createSqliteEngine(database, 'my-data', () => database.close());
  // Levels of `PRAGMA synchronous`: 2 is FULL, 1 is NORMAL.
  const levels = [true, false, false, true, true].map((durable) => {
    engine.begin(durable);
    const level = database.prepare('PRAGMA synchronous').get();
    engine.commit();
    return level?.['synchronous'];
  });
  expect(levels).toEqual([2, 1, 1, 2, 2]);
  engine.close();
});
