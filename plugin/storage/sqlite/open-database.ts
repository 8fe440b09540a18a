import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type StorageErrorCode, storageError } from '../errors.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './migrations.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html) as errors of the catalogue; others are our own mistakes. */
const CODES = new Map<number, Extract<StorageErrorCode, `storage_${'failed' | 'readonly' | 'corrupt' | 'full'}`>>([
  [5, 'storage_failed'], // SQLITE_BUSY: a foreign program holds the database
  [8, 'storage_readonly'], // SQLITE_READONLY
  [10, 'storage_failed'], // SQLITE_IOERR
  [11, 'storage_corrupt'], // SQLITE_CORRUPT
  [13, 'storage_full'], // SQLITE_FULL
  [14, 'storage_failed'], // SQLITE_CANTOPEN
  [26, 'storage_corrupt'], // SQLITE_NOTADB
]);

/** An extended result code carries the primary one in its low byte. */
const PRIMARY_CODE_MASK = 0xff;

/** SQLite's primary result code of an error of `node:sqlite`. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & PRIMARY_CODE_MASK;
}

/** An error of SQLite as one of the catalogue that names the folder (none: storage in memory); any other error stays as it is. */
export function describeSqliteError(error: unknown, folder: string | undefined): unknown {
  const code = CODES.get(sqliteCode(error) ?? 0);
  if (code === undefined || !(error instanceof Error)) return error;
  return storageError(code, { ...(folder !== undefined && { folder }), detail: error.message }, error);
}

/** The database within a data folder. */
export const DATABASE_FILE = 'data.db';
/** Wait for a foreign program (a backup) to let go of the database, ms; our own connections never wait for each other. */
const BUSY_TIMEOUT_MS = 2_000;
/** Page cache of each connection, KiB: the upper pages of all indexes of a million lanes. Taken as needed. */
const CACHE_KIB = 32 * 1024;
/** The log is cut back to this size after a burst, bytes. */
const LOG_SIZE_LIMIT = 64 * 1024 * 1024;

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

/** @throws storage_corrupt · storage_newer */
export function migrate(database: DatabaseSync, folder: string): void {
  const version = numberOf(database, 'user_version');
  const isEmpty = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;
  if (!isEmpty && numberOf(database, 'application_id') !== APPLICATION_ID) {
    throw storageError('storage_corrupt', { folder, detail: 'its data.db belongs to another program' });
  }
  if (version > SCHEMA_VERSION) {
    const place = `the data folder "${folder}"`;
    throw storageError('storage_newer', { place, found: version, known: SCHEMA_VERSION });
  }
  for (const [from, statements] of MIGRATIONS.entries()) {
    if (from < version) continue;
    // One transaction a step, its number included: a crash leaves a whole version behind.
    database.exec(
      `BEGIN IMMEDIATE; ${statements}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${from + 1}; COMMIT`,
    );
  }
}

function connect(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, DATABASE_FILE), { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens the database of a folder that is locked for us, and brings it to this program's version.
 * @throws storage_corrupt · storage_newer · storage_readonly · storage_full
 */
export function openDatabase(folder: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = connect(folder);
    // The version first: switching the journal would already write into a database that is not ours to change.
    if (numberOf(database, 'user_version') <= SCHEMA_VERSION) database.exec('PRAGMA journal_mode = WAL');
    // What is deleted is overwritten: a forgotten lead must not stand in free pages. Costs nothing that could be measured, since
    // nearly all of these pages are written anyway.
    database.exec(
      `PRAGMA journal_size_limit = ${LOG_SIZE_LIMIT}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON`,
    );
    migrate(database, folder);
    return database;
  } catch (error) {
    database?.close();
    throw describeSqliteError(error, folder);
  }
}

/** A second connection, which sees what is committed and cannot write. */
export function openForReading(folder: string): DatabaseSync {
  const database = connect(folder);
  database.exec('PRAGMA query_only = ON');
  return database;
}
