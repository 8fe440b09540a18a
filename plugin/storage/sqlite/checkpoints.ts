import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Answer, Request } from './checkpoint-thread.ts';

/** The thread beside this file: in the flat `dist/`, or as source. */
const BUILT = new URL('./checkpoint.js', import.meta.url);
/** The thread that works on a database's file. */
export const FILE_THREAD = existsSync(BUILT) ? BUILT : new URL('./checkpoint-thread.ts', import.meta.url);

/**
 * Commits between two checkpoints. Our choice: SQLite's own thousand pages are some hundred of our commits under load; a little
 * more, because each checkpoint writes a page once however often it was changed.
 */
const COMMITS = 200;
/**
 * Frames (of 4 KiB) from which the log must be begun anew, which SQLite does only when all of it is in the database while
 * nobody writes. Our choice: 64 MiB, the size that the log is cut back to.
 */
const TOO_MANY_FRAMES = 16_000;

/** Moves what was committed from the log into the database. */
export interface Checkpoints {
  /** A transaction has just been committed and none is open. */
  committed(): void;
  /** Moves all of the log and empties it, so that nothing of the past stands in it; false: somebody reads for too long. */
  empty(): Promise<boolean>;
  /** Resolves when nothing of it is under way. */
  close(): Promise<void>;
}

/**
 * Checkpoints in a thread of their own. SQLite's automatic ones happen inside some commit and flush the whole database
 * there: 20 to 150 ms in which this process answers nobody, several times a second under load. The thread starts with the
 * first checkpoint, so a quiet server has none.
 */
export function createCheckpoints(database: DatabaseSync, folder: string): Checkpoints {
  let thread: Worker | undefined;
  let isLost = false;
  let isUnderWay = false;
  let commits = 0;
  let mustFinish = false;
  let isClosing = false;
  /** Who waits for the log to be emptied, in order. */
  const emptying: Array<(isEmptied: boolean) => void> = [];
  database.exec('PRAGMA wal_autocheckpoint = 0');

  function startThread(): Worker {
    const started = new Worker(FILE_THREAD, { workerData: { file: join(folder, 'data.db') }, execArgv: [] });
    started.unref();
    started.on('message', (answer: Answer) => {
      if (answer.did === 'truncate') {
        emptying.shift()?.(answer.isEmptied);
        return;
      }
      if (answer.did !== 'checkpoint') return;
      isUnderWay = false;
      mustFinish = answer.frames > TOO_MANY_FRAMES;
    });
    started.on('error', () => undefined);
    started.once('exit', () => {
      for (const resolve of emptying.splice(0)) resolve(false);
      // Without its thread SQLite goes back to its own way.
      isLost = true;
      if (!isClosing) database.exec('PRAGMA wal_autocheckpoint = 1000');
    });
    return started;
  }

  function ask(request: Request): void {
    thread ??= startThread();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread.postMessage(request);
  }

  return {
    empty() {
      if (isLost || isClosing) return Promise.resolve(false);
      return new Promise((resolve) => {
        emptying.push(resolve);
        ask('truncate');
      });
    },
    committed() {
      if (mustFinish) {
        // The thread has moved nearly everything; what came since is little, and now nobody writes.
        mustFinish = false;
        database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      }
      commits += 1;
      if (commits < COMMITS || isUnderWay || isLost) return;
      commits = 0;
      isUnderWay = true;
      ask('checkpoint');
    },
    async close() {
      isClosing = true;
      if (thread === undefined || isLost) return;
      const ending = thread;
      const ended = new Promise<void>((resolve) => {
        ending.once('exit', () => resolve());
      });
      ending.ref();
      ask('close');
      await ended;
    },
  };
}
