import { expect, onTestFinished, test } from 'vitest';
import type { ClaimedJob, Storage } from '../../../plugin/storage/index.ts';
import { createLocalStorage } from '../../../plugin/storage/local/local-storage.ts';
import { createMemoryTables } from '../../../plugin/storage/memory/memory-tables.ts';
import { createUndoLog } from '../../../plugin/storage/memory/undo-log.ts';
import { createTestClock } from '../../support/test-clock.ts';

const QUEUE = 'q';

/** Storage whose disk flushes when the test says so. */
function storageOnSlowDisk(): { storage: Storage; flushes: Array<() => void> } {
  const log = createUndoLog();
  const flushes: Array<() => void> = [];
  let open = false;
  const storage = createLocalStorage({
    clock: createTestClock(),
    driver: 'memory',
    tables: createMemoryTables(log),
    soon: setImmediate,
    engine: {
      begin: () => void (open = true),
      savepoint: () => log.keep(),
      release: () => log.keep(),
      undo: () => log.undo(),
      commit: () => void (open = false),
      flush: () => new Promise((resolve) => void flushes.push(resolve)),
      rollback: () => void (open = false),
      inTransaction: () => open,
      describe: (error) => error,
      close: () => undefined,
    },
  });
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
  const claimed = claim(storage);
  expect(await settles(claimed)).toBe(false);
  flushes[0]?.();
  await first;
  expect(await claimed).toMatchObject([{ lane: 'first' }]);
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
  const next = claim(storage);
  // A loss of power now would bring the first job back: it must not have been overtaken, nor be told as ended.
  expect(await settles(Promise.race([ended, next]))).toBe(false);
  flushes[1]?.();
  await ended;
  expect(await next).toMatchObject([{ payload: 'second' }]);
});
