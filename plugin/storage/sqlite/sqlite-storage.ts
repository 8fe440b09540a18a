import type { DatabaseSync } from 'node:sqlite';
import type { Storage } from '../contract.ts';
import { createLocalStorage } from './local-storage.ts';
import { TRANSACTION_DEADLINE_MS } from '../stall-guard.ts';
import type { OpenStorageOptions } from '../open-options.ts';
import { createCheckpoints } from './checkpoints.ts';
import { describeSqliteError } from './describe-sqlite-error.ts';
import { createDiskGuard } from './disk-guard.ts';
import { lockFolder, prepareFolder } from './folder-lock.ts';
import { createLogFlush } from './log-flush.ts';
import { refuseMoved } from './moved-folder.ts';
import { openDatabase, openForReading } from './open-database.ts';
import { createSqliteEngine } from './sqlite-engine.ts';
import { createSqliteReader } from './sqlite-reader.ts';
import { createSqliteTables } from './sqlite-tables.ts';
import { countDeaths, openTryMarks } from './try-marks.ts';

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
  try {
    const database = openDatabase(folder);
    opened.push(database);
    proveWritable(database, options.clock.now());
    countDeaths(database, folder, options.clock.now(), options.logger);
    const marks = openTryMarks(folder);
    const reading = openForReading(folder);
    opened.push(reading);
    const log = createLogFlush(folder);
    const checkpoints = createCheckpoints(database, folder);
    const reader = createSqliteReader(reading, folder, options.transactionDeadlineMs ?? TRANSACTION_DEADLINE_MS);
    return createLocalStorage({
      ...options,
      driver: 'sqlite',
      tables: createSqliteTables((sql) => database.prepare(sql)),
      reader: {
        run: (work) => reader.run(work),
        async close() {
          await checkpoints.close();
          await reader.close();
        },
      },
      // Begun in the loop's check phase: all that arrived from the network in this turn commits together.
      soon: setImmediate,
      refuseNew: createDiskGuard(folder, options.keptFreeBytes),
      onTrying: (jobIds) => marks.write(jobIds),
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
