import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { OpenStorageOptions, Storage } from '../contract.ts';
import { storageError } from '../errors.ts';
import { readBackupNote } from './backup-note.ts';
import { createDatabaseStorage } from './database-storage.ts';
import { createSqliteEngine } from './group-commit.ts';
import { SCHEMA_VERSION } from './migrations.ts';
import { describeSqliteError } from './open-database.ts';
import { createSqliteTables } from './sqlite-tables.ts';

/**
 * Storage to look at only, in a folder that this user cannot write: nothing is locked, and writing is refused with
 * `storage_readonly`. While another process writes there, it is refused, too: then the folder's own server is to be asked.
 * @throws storage_readonly · storage_corrupt
 */
export function openReadOnlyFolder(folder: string, options: OpenStorageOptions): Storage {
  const refuse = (detail: string) => storageError('storage_readonly', { folder, detail });
  const log = statSync(join(folder, 'data.db-wal'), { throwIfNoEntry: false });
  if (log !== undefined && log.size > 0)
    throw refuse('its log is not empty: somebody works on it, or ended without closing it');
  // Nobody writes: so nothing need be locked, which a folder that cannot be written does not allow (sqlite.org/uri.html).
  const address = pathToFileURL(join(folder, 'data.db'));
  address.searchParams.set('immutable', '1');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(address, { readOnly: true });
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version !== SCHEMA_VERSION)
      throw refuse(`its data are of version ${version}, and bringing them to ${SCHEMA_VERSION} means writing`);
    const opened = database;
    const tables = createSqliteTables((sql) => opened.prepare(sql));
    return createDatabaseStorage({
      ...options,
      driver: 'sqlite',
      created: false,
      lastBackup: () => readBackupNote(folder),
      tables,
      soon: setImmediate,
      reader: { run: async (work) => await work(tables), close: () => Promise.resolve() },
      engine: createSqliteEngine(opened, folder, () => opened.close()),
    });
  } catch (error) {
    database?.close();
    throw describeSqliteError(error, folder);
  }
}
