import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import type { Answer, Request } from '../../../plugin/storage/sqlite/checkpoint-thread.ts';
import { FILE_THREAD } from '../../../plugin/storage/sqlite/checkpoints.ts';
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
  await expect.poll(() => storage.failures().damage).toContain(folder);
  expect(lines).toEqual([['the data are damaged', { error: expect.stringContaining('quick_check') as string }]]);
  expect(storage.created).toBe(false);
});

/** What the thread of the check finds in a folder's file: a storage that is closed gives its own check up. */
async function found(folder: string): Promise<Answer> {
  const thread = new Worker(FILE_THREAD, { workerData: { file: join(folder, 'data.db') }, execArgv: [] });
  onTestFinished(async () => void (await thread.terminate()));
  const answer = new Promise<Answer>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  thread.postMessage('check' satisfies Request);
  return await answer;
}

test('a sound file is damage to nobody', async () => {
  const folder = await filledFolder();
  const { storage, lines } = await opened(folder);
  // The storage's own check began before this one.
  expect(await found(folder)).toEqual({ did: 'check', found: 'ok' });
  expect(storage.failures().damage).toBeNull();
  expect(lines).toEqual([]);
});
