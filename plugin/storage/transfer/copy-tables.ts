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
