import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type StorageError, storageError } from '../errors.ts';

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
 *
 * After a flush that failed, none is tried again until the folder is opened anew: the kernel may have dropped what it
 * could not write, and a later flush would report success over the hole (fsync(2), "EIO"). Opening reads the log by its
 * checksums, up to the hole, and nothing behind it was ever acknowledged.
 */
export function createLogFlush(folder: string, sync: (file: number) => Promise<void> = dataSync): LogFlush {
  let file: number | undefined;
  let failure: StorageError | undefined;

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
      if (failure !== undefined) throw failure;
      try {
        file ??= openLog();
        await sync(file);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const detail = `its log could not be flushed (${reason}); mend the disk, then restart this process`;
        failure = storageError('storage_failed', { folder, detail }, error);
        throw failure;
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
