import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { storageError } from '../errors.ts';

const dataSync = promisify(fdatasync);

/** Flushes SQLite's write-ahead log, and so every commit in it. */
export interface LogFlush {
  /** @throws storage_failed */
  flush(): Promise<void>;
  close(): void;
}

/**
 * With `synchronous = NORMAL` a commit is in the log but not yet flushed; flushing the log makes it durable, which is all
 * that `FULL` would do (sqlite.org/wal.html, "Performance Considerations"). Done by us it holds up no event loop. What a
 * checkpoint has moved out of the log it has flushed itself, in either mode.
 *
 * The log may be opened beside SQLite, unlike the database: no POSIX lock is on it, so closing a descriptor gives none up.
 * It exists from the first commit on, for as long as a connection is open.
 */
export function createLogFlush(folder: string): LogFlush {
  let file: number | undefined;

  /** A new log's name must be durable too, once. */
  function openLog(): number {
    const opened = openSync(join(folder, 'data.db-wal'), 'r+');
    const directory = openSync(folder, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
    return opened;
  }

  return {
    async flush() {
      try {
        file ??= openLog();
        await dataSync(file);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw storageError('storage_failed', { folder, detail: `the log could not be flushed: ${reason}` }, error);
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
