import { expect, onTestFinished, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createMemoryStorage, createSqliteStorage, storageError } from '../../../plugin/storage/index.ts';
import { watchStorage } from '../../../plugin/storage/watched-storage.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const MINUTE_MS = 60_000;

/** A storage whose claims and pings fail with an error of the test. */
function flaky() {
  const clock = createTestClock();
  const inner = createMemoryStorage({ clock });
  onTestFinished(() => inner.close());
  const state: { error: Error | undefined } = { error: undefined };
  const failing = async (): Promise<void> => {
    if (state.error !== undefined) throw state.error;
  };
  const broken: Storage = {
    ...inner,
    claim: async (request) => {
      await failing();
      return inner.claim(request);
    },
    ping: failing,
  };
  return { clock, state, storage: watchStorage(broken, clock) };
}

const claim = (storage: Storage) => storage.claim({ queue: 'q', limit: 1, leaseMs: 1_000 });

test('a worker that meets a damaged page is a reason for a minute, whatever works in between', async () => {
  const { clock, state, storage } = flaky();
  expect(storage.failures()).toEqual({ totals: {}, recent: null, damage: null });
  state.error = storageError('storage_corrupt', { folder: 'data', detail: 'malformed' });
  await expect(claim(storage)).rejects.toMatchObject({ code: 'storage_corrupt' });
  state.error = undefined;
  await storage.ping();
  await claim(storage);
  expect(storage.failures()).toMatchObject({
    totals: { storage_corrupt: 1 },
    recent: { code: 'storage_corrupt', message: expect.stringContaining('malformed') as string },
  });
  await clock.advance(MINUTE_MS);
  expect(storage.failures()).toMatchObject({ totals: { storage_corrupt: 1 }, recent: null });
});

test('a server that was away is no reason any more once it answers', async () => {
  const { state, storage } = flaky();
  state.error = storageError('storage_unreachable', { server: 'db', detail: 'refused' });
  await expect(storage.ping()).rejects.toMatchObject({ code: 'storage_unreachable' });
  expect(storage.failures().recent).toMatchObject({ code: 'storage_unreachable' });
  state.error = undefined;
  await storage.ping();
  expect(storage.failures()).toMatchObject({ totals: { storage_unreachable: 1 }, recent: null });
});

test('what a caller did wrong, or another writer did first, is no failure of the storage', async () => {
  const { storage } = flaky();
  await expect(storage.transaction((tx) => tx.putRecord('a', 'b', 1, 7))).rejects.toMatchObject({
    code: 'storage_conflict',
  });
  await expect(storage.transaction((tx) => tx.putRecord('', 'b', 1))).rejects.toMatchObject({
    code: 'storage_name_invalid',
  });
  await expect(storage.transaction(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(storage.failures()).toEqual({ totals: {}, recent: null, damage: null });
});

test('a disk without room is counted at whoever meets it first', async () => {
  const storage = await createSqliteStorage(temporaryStorageFolder(), {
    clock: createTestClock(),
    keptFreeBytes: Number.MAX_SAFE_INTEGER,
  });
  onTestFinished(() => storage.close());
  await expect(storage.transaction((tx) => tx.putRecord('a', 'b', 1))).rejects.toMatchObject({ code: 'storage_full' });
  expect(storage.failures()).toMatchObject({ totals: { storage_full: 1 }, recent: { code: 'storage_full' } });
});

test('the age of the oldest job grows though the clock was set back', async () => {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  onTestFinished(() => storage.close());
  clock.set(24 * 60 * MINUTE_MS);
  await storage.transaction((tx) => tx.enqueue([{ queue: 'q', lane: 'a', kind: 'k', payload: null }]));
  clock.set(-24 * 60 * MINUTE_MS);
  const age = async (): Promise<number> => clock.now() - ((await storage.stats())[0]?.oldestAt ?? 0);
  expect(await age()).toBe(0);
  await clock.advance(5 * MINUTE_MS);
  expect(await age()).toBe(5 * MINUTE_MS);
});
