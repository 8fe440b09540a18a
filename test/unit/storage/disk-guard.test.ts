import { expect, test } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

test('a disk with too little free space refuses what is new, and lets end what was accepted before', async () => {
  const folder = temporaryStorageFolder();
  const clock = createTestClock();
  const job = (lane: string) => ({ queue: 'q', lane, kind: 'k', payload: lane });
  const before = await createSqliteStorage(folder, { clock });
  await before.transaction((tx) => tx.enqueue([job('accepted')]));
  await before.transaction((tx) => tx.enqueue([job('dead')]));
  const dead = (await before.claim({ queue: 'q', limit: 9, leaseMs: 60_000 })).find(({ lane }) => lane === 'dead');
  if (dead === undefined) throw new Error('the job that is to be dropped was expected');
  await before.transaction((tx) => tx.deadLetter(dead, 'x'));
  await before.ping();
  await before.close();

  const storage = await createSqliteStorage(folder, { clock, keptFreeBytes: Number.MAX_SAFE_INTEGER });
  const full = { code: 'storage_full', retryable: true, message: expect.stringContaining(folder) as string };
  await expect(storage.transaction((tx) => tx.enqueue([job('new')]))).rejects.toMatchObject(full);
  await expect(storage.transaction((tx) => tx.putRecord('c', 'k', 1))).rejects.toMatchObject(full);
  // What frees space is not refused.
  expect(await storage.transaction((tx) => tx.drop(dead.id))).toBe(true);
  // What readiness asks.
  await expect(storage.ping()).rejects.toMatchObject(full);
  const [accepted, ...others] = await storage.claim({ queue: 'q', limit: 9, leaseMs: 60_000 });
  if (accepted === undefined) throw new Error('the accepted job was expected');
  expect(others).toEqual([]);
  await storage.transaction(async (tx) => {
    await tx.appendStream('done', 'accepted', clock.now());
    await tx.enqueue([job('follows from it')]);
    await tx.complete(accepted);
  });
  expect(await storage.read((tx) => tx.getRecord('c', 'k'))).toBeUndefined();
  expect(await storage.claim({ queue: 'q', limit: 9, leaseMs: 60_000 })).toMatchObject([{ lane: 'follows from it' }]);
  await storage.close();
});
