/** The thread of `checkpoints.ts`; `dist/checkpoint.js` in the package. Each message is a request, each answer what came of it. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const database = new DatabaseSync((workerData as { readonly file: string }).file);
// NORMAL: the log is flushed before its pages go into the database, and the database before the log is used anew.
database.exec('PRAGMA synchronous = NORMAL');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', (message: 'checkpoint' | 'close') => {
  if (message === 'checkpoint') {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(Number(checkpoint.get()?.['log'] ?? 0));
    return;
  }
  database.close();
  parentPort?.close();
});
