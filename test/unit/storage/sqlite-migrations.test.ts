import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import { SCHEMA_VERSION } from '../../../plugin/storage/sqlite/migrations.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/storage');
const QUEUE = 'livetex:main';

test('there is a saved state of every version of the schema', () => {
  const versions = Array.from({ length: SCHEMA_VERSION }, (_, n) => `sqlite-v${n + 1}`);
  expect(readdirSync(FIXTURES).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))).toEqual(versions);
});

test.each(readdirSync(FIXTURES))('%s loads, with all that was in it', async (version) => {
  const folder = temporaryStorageFolder();
  cpSync(join(FIXTURES, version), folder, { recursive: true });
  const clock = createTestClock();
  const storage = await createSqliteStorage(folder, { clock });
  await storage.read(async (tx) => {
    const record = { key: 'старый', value: { имя: 'Анна', n: 2 }, version: 2 };
    expect(await tx.getRecord('lead', 'старый')).toEqual(record);
    expect(await tx.readStream('lead:1', { after: 0, limit: 9 })).toMatchObject([{ seq: 2, value: 'kept' }]);
    expect(await tx.getPause('other')).toMatchObject({ reason: 'livetex_token_refused' });
    expect(await tx.listJobs(QUEUE, 'retrying', 9)).toMatchObject([
      { payload: 'first', attempts: 1, lastError: 'livetex_failed' },
      { payload: 'second', attempts: 0 },
    ]);
  });
  const first = await storage.transaction((tx) => tx.remember('webhook', 'seen', 'again'));
  expect(first).toEqual({ value: { verdict: 'sent' } });
  expect(await storage.stats()).toMatchObject([{ queue: QUEUE, lanes: 2, jobs: 3, retrying: 1, dead: 1, timers: 1 }]);
  expect(await storage.listDead({ limit: 9 })).toMatchObject([{ payload: 'dead', lastError: 'livetex_refused' }]);
  const claim = async () => (await storage.claim({ queue: QUEUE, limit: 9, leaseMs: 1_000 })).map((job) => job.payload);
  // The process that held a claim is gone.
  expect(await claim()).toEqual(['held']);
  await clock.advance(60_000);
  expect(new Set(await claim())).toEqual(new Set(['held', 'first', 'later']));
  await storage.close();
  const database = new DatabaseSync(join(folder, 'data.db'));
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});
