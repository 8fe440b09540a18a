import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const PAGE_BYTES = 4_096;

/** A folder with some hundred pages of records. */
async function filledFolder(): Promise<string> {
  const folder = temporaryStorageFolder();
  const storage = await createSqliteStorage(folder, { clock: createTestClock() });
  expect(storage.created).toBe(true);
  for (let n = 0; n < 20; n += 1) {
    await storage.transaction(async (tx) => {
      for (let m = 0; m < 50; m += 1) await tx.putRecord('leads', `${n}/${m}`, 'x'.repeat(900));
    });
  }
  await storage.close();
  return folder;
}

/** Opened with a check of the file. */
async function opened(folder: string) {
  const lines: unknown[] = [];
  const logger = {
    info() {},
    warn() {},
    error: (message: string, facts?: unknown) => void lines.push([message, facts]),
  };
  const storage = await createSqliteStorage(folder, { clock: createTestClock(), logger, checkFile: true });
  onTestFinished(() => storage.close());
  return { storage, lines };
}

test('a page that was overwritten is found at the start, said in the log, and stays a reason', async () => {
  const folder = await filledFolder();
  const file = join(folder, 'data.db');
  const lastPage = Math.floor(statSync(file).size / PAGE_BYTES) - 1;
  const handle = openSync(file, 'r+');
  for (const page of [lastPage - 20, lastPage - 10, lastPage]) {
    writeSync(handle, Buffer.alloc(PAGE_BYTES, 0xa5), 0, PAGE_BYTES, page * PAGE_BYTES);
  }
  closeSync(handle);
  const { storage, lines } = await opened(folder);
  await expect.poll(() => storage.failures().damage, { timeout: 30_000 }).toContain(folder);
  expect(lines).toEqual([['the data are damaged', { error: expect.stringContaining('quick_check') as string }]]);
  expect(storage.created).toBe(false);
});

test('a sound file is damage to nobody', async () => {
  const folder = await filledFolder();
  const { storage, lines } = await opened(folder);
  await storage.close();
  expect(storage.failures().damage).toBeNull();
  expect(lines).toEqual([]);
});
