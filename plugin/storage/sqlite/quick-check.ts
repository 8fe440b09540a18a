import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { storageError } from '../errors.ts';
import type { Answer, Request } from './checkpoint-thread.ts';
import { FILE_THREAD } from './checkpoints.ts';
import { DATABASE_FILE } from './open-database.ts';

/** The check of a folder's database. */
interface QuickCheck {
  /** The first damage that was found; `undefined`: none so far. */
  damage(): Error | undefined;
  /** Resolves when the check has ended, or at once when it is given up. */
  close(): Promise<void>;
}

/**
 * Reads the whole database once, beside the loop and in a thread of its own, as a large one takes a minute: SQLite's
 * `quick_check` finds pages and rows that are damaged, which otherwise show when somebody needs them. Nothing waits for it.
 */
export function startQuickCheck(folder: string, onDamage: (damage: Error) => void): QuickCheck {
  let damage: Error | undefined;
  const thread = new Worker(FILE_THREAD, { workerData: { file: join(folder, DATABASE_FILE) }, execArgv: [] });
  thread.unref();
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve());
  });
  thread.on('message', (answer: Answer) => {
    if (answer.did === 'check' && answer.found !== 'ok') {
      damage = storageError('storage_corrupt', { folder, detail: `quick_check: ${answer.found}` });
      onDamage(damage);
    }
    void thread.terminate();
  });
  // A check that cannot be made has found nothing.
  thread.on('error', () => undefined);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  thread.postMessage('check' satisfies Request);
  return {
    damage: () => damage,
    async close() {
      await thread.terminate();
      await ended;
    },
  };
}
