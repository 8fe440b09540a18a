import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OpenStorageOptions, Storage } from '../contract.ts';
import { storageError } from '../errors.ts';
import { createStallGuard, TRANSACTION_DEADLINE_MS } from '../transaction-life.ts';
import { readBackupNote } from './backup-note.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createDatabaseStorage, type Reader } from './database-storage.ts';
import { lockFolder, prepareFolder, refuseMoved } from './folder-lock.ts';
import { createSqliteEngine } from './group-commit.ts';
import { startQuickCheck } from './quick-check.ts';
import { createLogFlush } from './log-flush.ts';
import { DATABASE_FILE, describeSqliteError, migrate, openDatabase, openForReading } from './open-database.ts';
import { createSqliteTables } from './sqlite-tables.ts';
import { openTryMarks } from './try-marks.ts';

/**
 * Reads on a connection of their own: SQLite gives each a snapshot of what is committed, so that a read neither sees a
 * group that is still open nor waits for its flush. One after the other, each in a transaction of its own, begun after
 * it was asked for: a read that follows a commit sees it.
 */
function createSqliteReader(database: DatabaseSync, folder: string, deadlineMs: number): Reader {
  const tables = createSqliteTables((sql) => database.prepare(sql));
  const begin = database.prepare('BEGIN');
  const end = database.prepare('COMMIT');
  const guarded = createStallGuard(deadlineMs);
  let last: Promise<unknown> = Promise.resolve();

  async function runOne<T>(work: Parameters<typeof read<T>>[0]): Promise<T> {
    begin.run();
    try {
      const result = work(tables);
      return result instanceof Promise ? await guarded(result) : result;
    } catch (error) {
      throw describeSqliteError(error, folder);
    } finally {
      if (database.isTransaction) end.run();
    }
  }

  function read<T>(work: (tables: ReturnType<typeof createSqliteTables>) => T | Promise<T>): Promise<T> {
    const result = last.then(() => runOne(work));
    last = result.catch(() => undefined);
    return result;
  }

  return {
    run: read,
    async close() {
      await last;
      database.close();
    },
  };
}

/** Each waits for a second. */
const SCRUB_TRIES = 3;

/** A disk or a database that cannot be written is told when the folder is opened, not at the first message. */
function proveWritable(database: DatabaseSync, now: number): void {
  database.prepare(`UPDATE counter SET value = ? WHERE name = 'touch'`).run(now);
}

/**
 * Storage in a folder of this machine, for one process at a time. The folder is made when it is missing.
 * @throws storage_locked · storage_readonly · storage_folder_invalid · storage_newer · storage_corrupt · storage_full,
 *   each naming the folder
 */
export async function createSqliteStorage(folder: string, options: OpenStorageOptions): Promise<Storage> {
  prepareFolder(folder);
  refuseMoved(folder);
  const lock = lockFolder(folder);
  const opened: DatabaseSync[] = [];
  // The lock has made the file, still empty, so that it is its owner's from the start.
  const created = (statSync(join(folder, DATABASE_FILE), { throwIfNoEntry: false })?.size ?? 0) === 0;
  try {
    const database = openDatabase(folder);
    opened.push(database);
    proveWritable(database, options.clock.now());
    const marks = openTryMarks(database, folder, options.clock.now(), options.logger);
    const reading = openForReading(folder);
    opened.push(reading);
    const log = createLogFlush(folder);
    const checkpoints = createCheckpoints(database, folder);
    const check =
      options.checkFile === true && !created
        ? startQuickCheck(folder, ({ message }) => options.logger?.error('the data are damaged', { error: message }))
        : undefined;
    const reader = createSqliteReader(reading, folder, options.transactionDeadlineMs ?? TRANSACTION_DEADLINE_MS);
    return createDatabaseStorage({
      ...options,
      driver: 'sqlite',
      created,
      lastBackup: () => readBackupNote(folder),
      damage: () => check?.damage()?.message,
      tables: createSqliteTables((sql) => database.prepare(sql)),
      reader: {
        run: (work) => reader.run(work),
        async close() {
          await check?.close();
          await checkpoints.close();
          await reader.close();
        },
      },
      // Begun in the loop's check phase: all that arrived from the network in this turn commits together.
      soon: setImmediate,
      refuseNew: createDiskGuard(folder, options.keptFreeBytes),
      scrub: async () => {
        // Readers come and go within milliseconds; one that stays (a backup) ends by itself, and the log with it.
        for (let tries = 0; tries < SCRUB_TRIES && !(await checkpoints.empty()); tries += 1);
      },
      onTrying: (jobIds) => marks.write(jobIds),
      lastDeathMayBeOthers: marks.mayBeOthers,
      engine: createSqliteEngine(
        database,
        folder,
        () => {
          log.close();
          marks.close();
          database.close();
          lock.release();
        },
        { flush: () => log.flush(), committed: () => checkpoints.committed() },
      ),
    });
  } catch (error) {
    for (const database of opened) database.close();
    lock.release();
    throw describeSqliteError(error, folder);
  }
}

/**
 * Storage that lives as long as the process: for tests, and to try things out. The same engine as in a folder, but nothing
 * is locked, flushed or marked, and nothing survives. Reads take their turn among the writes.
 */
export function createMemoryStorage(options: OpenStorageOptions): Storage {
  const database = new DatabaseSync(':memory:');
  migrate(database, ':memory:');
  return createDatabaseStorage({
    ...options,
    driver: 'memory',
    created: true,
    tables: createSqliteTables((sql) => database.prepare(sql)),
    // Nothing is flushed, but input and output must have their turn between two groups.
    soon: setImmediate,
    engine: createSqliteEngine(database, undefined, () => database.close()),
  });
}

/**
 * Free space that new work leaves to what is accepted already, bytes; of a small disk a twentieth. Our choice: the log may
 * grow by half of it, and the rest lets the jobs that wait end.
 */
const KEPT_FREE = 128 * 1024 * 1024;
const KEPT_SHARE = 1 / 20;
/** The disk is looked at again after this, ms: a look costs microseconds, and no disk fills faster than a second at this pace. */
const LOOK_AGAIN_MS = 250;
const MIB = 1024 * 1024;

/** Throws as long as the disk of a folder has too little free space for new work. @throws storage_full */
function createDiskGuard(folder: string, keptFree: number | undefined): () => void {
  let lookedAt = -Infinity;
  let detail: string | undefined;

  function look(): string | undefined {
    const { bavail, blocks, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const kept = keptFree ?? Math.min(KEPT_FREE, blocks * bsize * KEPT_SHARE);
    if (free >= kept) return undefined;
    const inMib = (bytes: number): number => Math.floor(bytes / MIB);
    return `${inMib(free)} MiB are free, ${inMib(kept)} MiB are kept for what is accepted already`;
  }

  return () => {
    const now = performance.now();
    if (now - lookedAt > LOOK_AGAIN_MS) {
      lookedAt = now;
      detail = look();
    }
    if (detail !== undefined) throw storageError('storage_full', { folder, detail });
  };
}
