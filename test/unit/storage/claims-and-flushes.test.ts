import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { ClaimedJob, Storage } from '../../../plugin/storage/index.ts';
import { createDatabaseStorage } from '../../../plugin/storage/sqlite/database-storage.ts';
import { migrate } from '../../../plugin/storage/sqlite/open-database.ts';
import { createSqliteEngine } from '../../../plugin/storage/sqlite/group-commit.ts';
import { createSqliteTables } from '../../../plugin/storage/sqlite/sqlite-tables.ts';
import { createTestClock } from '../../support/test-clock.ts';

const QUEUE = 'q';

/** Storage in memory that is flushed by `flush`. */
function storageFlushedBy(flush: () => Promise<void>): Storage {
  const database = new DatabaseSync(':memory:');
  migrate(database, ':memory:');
  const tables = createSqliteTables((sql) => database.prepare(sql));
  return createDatabaseStorage({
    clock: createTestClock(),
    driver: 'memory',
    created: true,
    tables,
    // As SQLite's second connection: reads wait for no flush. Nothing here is read while a unit is half done.
    reader: { run: async (act) => act(tables), close: async () => undefined },
    soon: setImmediate,
    engine: createSqliteEngine(database, ':memory:', () => database.close(), { flush, committed: () => undefined }),
  });
}

/** Storage whose disk flushes when the test says so. */
function storageOnSlowDisk(): { storage: Storage; flushes: Array<() => void> } {
  const flushes: Array<() => void> = [];
  const storage = storageFlushedBy(() => new Promise((resolve) => void flushes.push(resolve)));
  onTestFinished(async () => {
    const closing = storage.close();
    for (const end of flushes) end();
    await closing;
  });
  return { storage, flushes };
}

const enqueue = (storage: Storage, lane: string): Promise<void> =>
  storage.transaction((tx) => tx.enqueue([{ queue: QUEUE, lane, kind: 'k', payload: lane }]));
const claim = (storage: Storage): Promise<ClaimedJob[]> => storage.claim({ queue: QUEUE, limit: 1, leaseMs: 1_000 });
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** A lane with one job that the disk has: its flush is the first. */
async function storeDurably({ storage, flushes }: ReturnType<typeof storageOnSlowDisk>, lane: string): Promise<void> {
  const stored = enqueue(storage, lane);
  await turns(3);
  flushes[0]?.();
  await stored;
}

/** Did it settle within a few turns of the loop? */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => void (settled = true));
  await turns(6);
  return settled;
}

test('a job that is not on the disk yet is handed out only once it is', async () => {
  const { storage, flushes } = storageOnSlowDisk();
  const first = enqueue(storage, 'first');
  await turns(3);
  // Stored but not durable: nobody waits for it, and nobody gets it.
  expect(await claim(storage)).toEqual([]);
  flushes[0]?.();
  await first;
  expect(await claim(storage)).toMatchObject([{ lane: 'first' }]);
});

test('the next job of a lane is handed out only when the end of the one before is on the disk', async () => {
  const { storage, flushes } = storageOnSlowDisk();
  const stored = storage.transaction((tx) =>
    tx.enqueue(['first', 'second'].map((payload) => ({ queue: QUEUE, lane: 'lane', kind: 'k', payload }))),
  );
  await turns(3);
  flushes[0]?.();
  await stored;
  const [first] = await claim(storage);
  expect(first).toMatchObject({ payload: 'first' });
  if (first === undefined) return;

  const ended = storage.transaction((tx) => tx.complete(first));
  await turns(3);
  // A loss of power now would bring the first job back: it must not have been overtaken, nor be told as ended.
  expect(await claim(storage)).toEqual([]);
  expect(await settles(ended)).toBe(false);
  flushes[1]?.();
  await ended;
  expect(await claim(storage)).toMatchObject([{ payload: 'second' }]);
});

test('a lane that the disk has is handed out while the disk is busy with another', async () => {
  const disk = storageOnSlowDisk();
  const { storage } = disk;
  await storeDurably(disk, 'first');
  const second = enqueue(storage, 'second');
  await turns(3);
  expect(await claim(storage)).toMatchObject([{ lane: 'first' }]);
  expect(await settles(second)).toBe(false);
});

test('what a transaction undoes leaves the claim as it was', async () => {
  const disk = storageOnSlowDisk();
  const { storage, flushes } = disk;
  await storeDurably(disk, 'lane');
  const [job] = await claim(storage);
  if (job === undefined) throw new Error('nothing was claimed');
  const undone = storage.transaction(async (tx) => {
    await tx.release(job);
    throw new Error('on purpose');
  });
  undone.catch(() => undefined);
  await turns(3);
  flushes[1]?.();
  await expect(undone).rejects.toThrow('on purpose');
  expect(await claim(storage)).toEqual([]);
  const ended = storage.transaction((tx) => tx.complete(job));
  await turns(3);
  flushes[2]?.();
  await ended;
  expect(await storage.stats()).toMatchObject([{ jobs: 0 }]);
});

test('what could not be made durable is handed out to nobody', async () => {
  const storage = storageFlushedBy(() => Promise.reject(new Error('EIO')));
  await expect(enqueue(storage, 'lane')).rejects.toThrow('EIO');
  expect(await claim(storage)).toEqual([]);
  await storage.close();
});
