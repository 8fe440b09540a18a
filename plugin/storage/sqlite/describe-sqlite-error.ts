import { storageError, type StorageErrorCode } from '../errors.ts';

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
