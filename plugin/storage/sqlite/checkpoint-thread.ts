/** The thread of `checkpoints.ts`, and of `quick-check.ts`; `dist/checkpoint.js` in the package. Each message is a request, each answer what came of it. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const database = new DatabaseSync((workerData as { readonly file: string }).file);
// NORMAL: the log is flushed before its pages go into the database, and the database before the log is used anew.
database.exec('PRAGMA synchronous = NORMAL');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const truncate = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
/** How long an emptying of the log waits for readers and writers, ms. Our choice: theirs take milliseconds. */
database.exec('PRAGMA busy_timeout = 1000');

export type Request = 'checkpoint' | 'truncate' | 'check' | 'close';
/** `frames`: what is in the log. `isEmptied`: it is empty. `found`: `ok`, or the first damage. */
export type Answer =
  | { readonly did: 'checkpoint'; readonly frames: number }
  | { readonly did: 'truncate'; readonly isEmptied: boolean }
  | { readonly did: 'check'; readonly found: string };

function answer(message: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: Request) => {
  if (message === 'checkpoint') {
    answer({ did: 'checkpoint', frames: Number(checkpoint.get()?.['log'] ?? 0) });
  } else if (message === 'truncate') {
    answer({ did: 'truncate', isEmptied: truncate.get()?.['busy'] === 0 });
  } else if (message === 'check') {
    answer({ did: 'check', found: quickCheck() });
  } else {
    database.close();
    parentPort?.close();
  }
});

/** `ok`, or the first damage in SQLite's words. */
function quickCheck(): string {
  try {
    return String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] ?? 'ok');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
