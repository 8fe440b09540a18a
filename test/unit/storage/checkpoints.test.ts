import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSqliteStorage, systemClock } from '../../../plugin/storage/index.ts';
import { createCheckpoints } from '../../../plugin/storage/sqlite/checkpoints.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const TEXT = 'x'.repeat(8_000);
const RECORDS = 1_000;

test('what was committed moves from the log into the database beside the work, and nothing is left of the thread', async () => {
  const folder = temporaryStorageFolder();
  const storage = await createSqliteStorage(folder, { clock: systemClock });
  for (let n = 0; n < RECORDS; n += 1) {
    await storage.transaction((tx) => tx.putRecord('r', `${n}`, `${n} ${TEXT}`));
  }
  // Before the database is closed, which moves everything.
  await expect.poll(() => statSync(join(folder, 'data.db')).size).toBeGreaterThan((RECORDS / 2) * TEXT.length);
  expect(await storage.read((tx) => tx.getRecord('r', '7'))).toMatchObject({ value: `7 ${TEXT}` });
  await storage.close();
  expect(existsSync(join(folder, 'data.db-wal'))).toBe(false);

  const again = await createSqliteStorage(folder, { clock: systemClock });
  const records = await again.read((tx) => tx.listRecords('r', { limit: RECORDS + 1 }));
  expect(records).toHaveLength(RECORDS);
  await again.close();
});

test('without its thread SQLite moves them itself', async () => {
  const folder = temporaryStorageFolder();
  const database = new DatabaseSync(':memory:');
  const limit = (): unknown => database.prepare('PRAGMA wal_autocheckpoint').get();
  // The thread finds no folder to open a database in.
  const checkpoints = createCheckpoints(database, join(folder, 'missing'));
  expect(limit()).toEqual({ wal_autocheckpoint: 0 });
  for (let n = 0; n < 500; n += 1) checkpoints.committed();
  await expect.poll(limit).toEqual({ wal_autocheckpoint: 1_000 });
  for (let n = 0; n < 500; n += 1) checkpoints.committed();
  await checkpoints.close();
  database.close();
});
