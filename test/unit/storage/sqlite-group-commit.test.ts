import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStorage, type Storage, systemClock } from '../../../plugin/storage/index.ts';
import { createWorker } from '../../contract/storage/worker-bench.ts';
import { QUEUE } from '../../contract/storage/subject.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Commits in SQLite's write-ahead log: the frames that end one carry the database's size, all others 0
 * (sqlite.org/fileformat2.html, section 4.1). A commit is at most one flush to disk (`log-flush.ts`).
 */
function commitsIn(folder: string): number {
  const log = readFileSync(join(folder, 'data.db-wal'));
  const pageBytes = log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let commits = 0;
  for (let at = LOG_HEADER_BYTES; at + FRAME_HEADER_BYTES <= log.length; at += FRAME_HEADER_BYTES + pageBytes) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    if (log.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}

async function open(folder: string): Promise<Storage> {
  const storage = await createSqliteStorage(folder, { clock: systemClock });
  onTestFinished(() => storage.close());
  return storage;
}

test('transactions asked for at the same time are committed together', async () => {
  const folder = temporaryStorageFolder();
  const storage = await open(folder);
  await storage.ping();
  const before = commitsIn(folder);
  await storage.transaction((tx) => tx.putRecord('n', 'one', 1));
  expect(commitsIn(folder) - before).toBe(1);
  await Promise.all(Array.from({ length: 200 }, (_, n) => storage.transaction((tx) => tx.putRecord('n', `${n}`, n))));
  expect(commitsIn(folder) - before).toBe(2);
  // A group is bounded, so that input and output are not held up.
  await Promise.all(Array.from({ length: 600 }, (_, n) => storage.transaction((tx) => tx.putRecord('n', `${n}`, n))));
  expect(commitsIn(folder) - before).toBe(5);
});

test('a worker ends jobs and claims the next ones in the same commit', async () => {
  const folder = temporaryStorageFolder();
  const storage = await open(folder);
  const jobs = Array.from({ length: 160 }, (_, n) => ({ queue: QUEUE, lane: `lane ${n % 16}`, kind: 'k', payload: n }));
  await storage.transaction((tx) => tx.enqueue(jobs));
  const before = commitsIn(folder);
  const { worker } = createWorker({ storage, clock: createTestClock() }, async () => undefined, { concurrency: 16 });
  worker.start();
  await worker.idle();
  await worker.stop();
  // 10 rounds of 16 jobs: one commit a round, and a few around them.
  expect(commitsIn(folder) - before).toBeLessThan(16);
  expect(await storage.stats()).toMatchObject([{ jobs: 0 }]);
});
