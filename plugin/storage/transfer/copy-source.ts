import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storageError } from '../errors.ts';
import { lockFolder, markMoved, movedTo, prepareFolder, refuseMoved } from '../sqlite/folder-lock.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { storableText } from '../postgres/rows.ts';
import { COPY_TABLES, type CopyTable } from './copy-tables.ts';

/** Rows of one table in columns, as the insert wants them, and the number of the last one. */
interface CopyBatch {
  readonly columns: unknown[][];
  readonly rows: number;
  readonly last: number;
}

/** A data folder that nobody works on while it is copied. */
export interface CopySource {
  /** Changes with whatever is written into the folder: an interrupted copy is only continued on the same data. */
  readonly fingerprint: string;
  count(table: CopyTable): number;
  /** `undefined`: there are no more. */
  read(table: CopyTable, after: number, limit: number): CopyBatch | undefined;
  /** The newest number ever given to a job, and to a timer: both go on from there. */
  readonly newestJob: number;
  readonly newestTimer: number;
  /** All rows are copied: nobody opens the folder again. */
  markMoved(): void;
  close(): void;
}

/**
 * `target`: where it goes. A folder that was given away to it already may be opened once more, to finish the copy.
 * @throws storage_folder_invalid · storage_locked · storage_moved · storage_newer · storage_corrupt
 */
export function openCopySource(folder: string, target: string): CopySource {
  // Opening would make an empty one, and "nothing to copy" would be a wrong answer about a mistyped path.
  if (statSync(join(folder, 'data.db'), { throwIfNoEntry: false }) === undefined) {
    throw storageError('storage_folder_invalid', { folder, detail: 'there is no data in it' });
  }
  prepareFolder(folder);
  if (movedTo(folder) !== target) refuseMoved(folder);
  const lock = lockFolder(folder);
  let database: DatabaseSync;
  try {
    database = openDatabase(folder);
  } catch (error) {
    lock.release();
    throw error;
  }
  const numberOf = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0);
  const newestJob = numberOf(`SELECT value FROM counter WHERE name = 'job'`);

  const newestTimer = numberOf('SELECT max(seq) FROM timer');
  return {
    newestJob,
    newestTimer,
    fingerprint: [
      ...COPY_TABLES.map((table) => `${table.name}=${numberOf(table.count)}`),
      `newest_job=${newestJob}`,
      `newest_timer=${newestTimer}`,
      `versions=${numberOf('SELECT sum(version) FROM record')}`,
      `appended=${numberOf('SELECT sum(last_seq) FROM stream')}`,
      `tries=${numberOf('SELECT sum(attempts) FROM job')}`,
    ].join(' '),
    count: (table) => numberOf(table.count),
    read(table, after, limit) {
      const rows = database.prepare(table.select).all(after, limit) as Array<Record<string, unknown>>;
      const lastRow = rows.at(-1);
      if (lastRow === undefined) return undefined;
      const columns = Object.keys(lastRow).filter((column, place) => place > 0 || column !== 'n');
      return {
        columns: columns.map((column) => rows.map((row) => storableText(row[column]))),
        rows: rows.length,
        last: Number(lastRow['n']),
      };
    },
    markMoved: () => markMoved(folder, target),
    close() {
      database.close();
      lock.release();
    },
  };
}
