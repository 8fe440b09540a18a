import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storageError } from '../errors.ts';
import { storableText } from '../postgres/rows.ts';
import { lockFolder, markMoved, movedTo, prepareFolder, refuseMoved } from '../sqlite/folder-lock.ts';
import { openDatabase } from '../sqlite/open-database.ts';

/**
 * What is copied from a SQLite folder into a schema of PostgreSQL, table by table, each in the order of a number that
 * grows: so a copy can be interrupted after any batch and continued behind it. Ids of jobs stay what they are, since they
 * are the order within a lane. Claims are not copied: whoever held one is gone.
 */
export interface CopyTable {
  /** In PostgreSQL; for people too. */
  readonly name: string;
  /** Rows with `n > ?`, at most `?`, by `n`; the columns after `n` are those of `insert`, in order. */
  readonly select: string;
  /** One parameter per column, each an array. */
  readonly insert: string;
  readonly count: string;
}

/** A statement that inserts arrays as rows. */
function insertArrays(table: string, columns: ReadonlyArray<readonly [name: string, type: string]>): string {
  const names = columns.map(([name]) => name).join(', ');
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  return `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`;
}

function copyTable(
  name: string,
  source: string,
  columns: ReadonlyArray<readonly [name: string, type: string, source: string]>,
  by: string,
): CopyTable {
  const chosen = columns.map(([, , expression]) => expression).join(', ');
  const table = /^\w+/.exec(source)?.[0] ?? source;
  return {
    name,
    select: `SELECT ${by} AS n, ${chosen} FROM ${source} WHERE ${by} > ? ORDER BY ${by} LIMIT ?`,
    insert: insertArrays(
      name,
      columns.map(([column, type]) => [column, type]),
    ),
    count: `SELECT count(*) AS n FROM ${table}`,
  };
}

const JOB_COLUMNS = [
  ['kind', 'text', 'kind'],
  ['payload', 'text', 'payload'],
  ['enqueued_at', 'bigint', 'enqueued_at'],
  ['attempts', 'integer', 'attempts'],
  ['first_failed_at', 'bigint', 'first_failed_at'],
  ['last_error', 'text', 'last_error'],
] as const;

export const COPY_TABLES: readonly CopyTable[] = [
  copyTable(
    'records',
    'record',
    [
      ['collection', 'text', 'collection'],
      ['key', 'text', 'key'],
      ['value', 'text', 'value'],
      ['version', 'bigint', 'version'],
    ],
    'rowid',
  ),
  {
    // A table without row numbers: they are counted in the order of names, which no longer changes.
    name: 'streams',
    select: `SELECT * FROM (SELECT row_number() OVER (ORDER BY name) AS n, name, last_seq FROM stream) WHERE n > ? LIMIT ?`,
    insert: insertArrays('streams', [
      ['stream', 'text'],
      ['seq', 'bigint'],
    ]),
    count: 'SELECT count(*) AS n FROM stream',
  },
  copyTable(
    'stream_entries',
    'stream_entry',
    [
      ['stream', 'text', 'stream'],
      ['seq', 'bigint', 'seq'],
      ['value', 'text', 'value'],
      ['at', 'bigint', 'at'],
    ],
    'rowid',
  ),
  copyTable(
    'remembered',
    'remembered',
    [
      ['scope', 'text', 'scope'],
      ['id', 'text', 'id'],
      ['value', 'text', 'value'],
      ['at', 'bigint', 'at'],
    ],
    'rowid',
  ),
  copyTable(
    'jobs',
    'job JOIN lane ON lane.id = job.lane_id',
    [['id', 'bigint', 'job.id'], ['queue', 'text', 'lane.queue'], ['lane', 'text', 'lane.name'], ...JOB_COLUMNS],
    'job.id',
  ),
  copyTable(
    'lanes',
    'lane',
    [
      ['queue', 'text', 'queue'],
      ['lane', 'text', 'name'],
      ['ready_at', 'bigint', 'ready_at'],
      ['turn', 'bigint', 'head_id'],
      ['deaths', 'integer', 'deaths'],
    ],
    'id',
  ),
  copyTable(
    'dead_jobs',
    'dead',
    [
      ['id', 'bigint', 'id'],
      ['queue', 'text', 'queue'],
      ['lane', 'text', 'lane'],
      ...JOB_COLUMNS,
      ['died_at', 'bigint', 'died_at'],
    ],
    'id',
  ),
  copyTable(
    'timers',
    'timer',
    [
      ['n', 'bigint', 'seq'],
      ['queue', 'text', 'queue'],
      ['id', 'text', 'id'],
      ['at', 'bigint', 'at'],
      ['lane', 'text', 'lane'],
      ['kind', 'text', 'kind'],
      ['payload', 'text', 'payload'],
      ['set_at', 'bigint', 'set_at'],
    ],
    'seq',
  ),
  {
    name: 'gates',
    select: `SELECT * FROM (SELECT row_number() OVER (ORDER BY queue) AS n, queue, until, reason FROM gate) WHERE n > ? LIMIT ?`,
    insert: insertArrays('gates', [
      ['queue', 'text'],
      ['until', 'bigint'],
      ['reason', 'text'],
    ]),
    count: 'SELECT count(*) AS n FROM gate',
  },
];

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
  /** The folder was given away to this place before. */
  readonly isMoved: boolean;
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
    isMoved: movedTo(folder) !== undefined,
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
