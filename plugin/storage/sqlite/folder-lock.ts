import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { codeOf, storageError } from '../errors.ts';
import { NOTE_FILE } from './backup-note.ts';
import { describeSqliteError, sqliteCode } from './open-database.ts';

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const BUSY = 5;

/** Only the owner may look into the folder: it holds what leads wrote. */
const FOLDER_MODE = 0o700;

/** What the operating system says about a path, as one of our errors. */
function describePathError(error: unknown, folder: string): unknown {
  const detail = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return storageError('storage_folder_invalid', { folder, detail: 'a file is in its place' }, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return storageError('storage_readonly', { folder, detail }, error);
    case 'ENOSPC':
      return storageError('storage_full', { folder, detail }, error);
    default:
      return storageError('storage_folder_invalid', { folder, detail }, error);
  }
}

/**
 * Makes the folder when it is missing, and proves that it can be written. Not done with the lock's own file: closing any
 * descriptor of a file gives up all POSIX locks that the process has on it (fcntl(2)).
 * @throws storage_folder_invalid · storage_readonly · storage_full
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    const probe = join(folder, `.write-check-${process.pid}`);
    writeFileSync(probe, '', { mode: FILE_MODE });
    rmSync(probe);
  } catch (error) {
    throw describePathError(error, folder);
  }
}

/** Read and write for the owner alone: the files hold what leads wrote, whoever may look into the folder. */
const FILE_MODE = 0o600;
const OTHERS = 0o077;
/** SQLite gives its log and its index the mode of the database beside them. */
const FILES = ['data.db', 'data.db-wal', 'data.db-shm', 'lock.db', 'owner', 'trying', 'moved', NOTE_FILE] as const;

/**
 * Makes the files of a new folder and those that an earlier version or somebody else left open readable by their owner only.
 * By path, never by a descriptor: see `prepareFolder`.
 */
function closeToOthers(folder: string): void {
  for (const name of FILES) {
    const path = join(folder, name);
    try {
      if (name === 'data.db' || name === 'lock.db') makeFile(path);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found !== undefined && (found.mode & OTHERS) !== 0) chmodSync(path, FILE_MODE);
    } catch (error) {
      // Not our file: whose it is has to close it. A disk that cannot be written is told when the database is opened.
      if (!['EPERM', 'EACCES', 'EROFS', 'ENOSPC'].includes(codeOf(error) ?? '')) throw error;
    }
  }
}

/** Only one that is not there: no descriptor of a file is opened that a lock may be on. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function ownerOf(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'owner'), 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Takes the folder for this process. The lock is an exclusive transaction on a database of its own, `lock.db`, which
 * SQLite holds by a lock of the operating system: when the process ends, in whatever way, the kernel releases it.
 * The file `owner` only tells a person who has it.
 * @throws storage_locked and what is wrong with the folder
 */
export function lockFolder(folder: string): { release(): void } {
  let database: DatabaseSync | undefined;
  try {
    closeToOthers(folder);
    database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(join(folder, 'owner'), `process ${process.pid}\n`, { mode: FILE_MODE });
  } catch (error) {
    database?.close();
    if (sqliteCode(error) !== BUSY) throw describeSqliteError(error, folder);
    const owner = ownerOf(folder);
    throw storageError('storage_locked', { folder, ...(owner === undefined ? {} : { owner }) }, error);
  }
  const held = database;
  return {
    release() {
      rmSync(join(folder, 'owner'), { force: true });
      held.close();
    },
  };
}

/** Says where the data of a folder has gone. A person may remove it, to go back. */
const MOVED_FILE = 'moved';

/** From now on nobody opens the folder: what waits in it is done elsewhere, and would be done twice. */
export function markMoved(folder: string, to: string): void {
  writeFileSync(join(folder, MOVED_FILE), `${to}\n`, { mode: FILE_MODE });
}

/** Where the data has gone; `undefined`: it is still here. */
export function movedTo(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, MOVED_FILE), 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws storage_moved */
export function refuseMoved(folder: string): void {
  const to = movedTo(folder);
  if (to !== undefined) throw storageError('storage_moved', { folder, to });
}
