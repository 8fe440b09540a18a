import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Backup } from '../contract.ts';
import { storageError } from '../errors.ts';
import { noteBackup } from './backup-note.ts';
import { prepareFolder } from './folder-lock.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './migrations.ts';
import { describeSqliteError, openForReading } from './open-database.ts';

/**
 * Pages copied at one time: all of them. SQLite begins again whenever another connection has written between two steps
 * (sqlite.org/backup.html), so beside a busy server a copy in small steps never ends. One step is one snapshot, which in
 * WAL mode holds up nobody; only the log cannot be emptied meanwhile.
 */
const ALL_PAGES = 2 ** 31 - 1;
const OWNER_ONLY = 0o600;

/**
 * Copies the data of a folder into one file, beside the process that has it or without one. The file appears when it is whole.
 * @throws storage_folder_invalid · storage_corrupt · storage_full, and the system's error about the file
 */
export async function backUpFolder(folder: string, file: string, now: number): Promise<Backup> {
  if (!existsSync(join(folder, 'data.db')))
    throw storageError('storage_folder_invalid', { folder, detail: 'there is no data in it' });
  const part = `${file}.part`;
  rmSync(part, { force: true });
  closeSync(openSync(part, 'wx', OWNER_ONLY));
  let source: DatabaseSync | undefined;
  try {
    source = openForReading(folder);
    await backup(source, part, { rate: ALL_PAGES });
    const copy = new DatabaseSync(part);
    try {
      // One file, without a log beside it that somebody would forget to copy.
      copy.exec('PRAGMA journal_mode = DELETE');
      prove(copy, part);
      copy
        .prepare(`INSERT INTO counter VALUES ('backup', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
        .run(now);
    } finally {
      copy.close();
    }
    flush(part);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw describeSqliteError(error, folder);
  } finally {
    source?.close();
  }
  return { bytes: statSync(file).size, at: now };
}

/**
 * Puts a backup into a folder that has no data yet, and leaves its time there as that of the last one.
 * @throws storage_not_empty · storage_corrupt · storage_newer, and what is wrong with the folder
 */
export function restoreFolder(file: string, folder: string): Backup {
  if (existsSync(join(folder, 'data.db')))
    throw storageError('storage_not_empty', {
      place: `the data folder "${folder}"`,
      found: 'data.db',
      isFolder: true,
    });
  prepareFolder(folder);
  const part = join(folder, 'data.db.part');
  try {
    copyFileSync(file, part);
    chmodSync(part, OWNER_ONLY);
    const copy = new DatabaseSync(part);
    let at: number;
    try {
      prove(copy, file);
      at = Number(copy.prepare(`SELECT value FROM counter WHERE name = 'backup'`).get()?.['value'] ?? 0);
    } finally {
      copy.close();
    }
    flush(part);
    // A log that an earlier database left behind would be taken for this one's.
    for (const name of ['data.db-wal', 'data.db-shm', 'trying']) rmSync(join(folder, name), { force: true });
    const { size, mtimeMs } = statSync(file);
    const restored = { bytes: size, at: at === 0 ? Math.round(mtimeMs) : at };
    noteBackup(folder, restored);
    renameSync(part, join(folder, 'data.db'));
    return restored;
  } catch (error) {
    rmSync(part, { force: true });
    throw describeSqliteError(error, folder);
  }
}

/** Is it ours, whole, and of a version that this program knows? @throws storage_corrupt · storage_newer */
function prove(database: DatabaseSync, file: string): void {
  const read = (pragma: string): unknown => Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  if (read('application_id') !== APPLICATION_ID)
    throw storageError('storage_corrupt', { folder: file, detail: 'it is no data of this program' });
  const version = Number(read('user_version'));
  if (version > SCHEMA_VERSION)
    throw storageError('storage_newer', { place: `the backup "${file}"`, found: version, known: SCHEMA_VERSION });
  const found = read('quick_check');
  if (found !== 'ok')
    throw storageError('storage_corrupt', { folder: file, detail: String(found).split('\n', 1)[0] ?? '' });
}

function flush(file: string): void {
  const opened = openSync(file, 'r+');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
