import { Client } from 'pg';
import { storageError } from '../errors.ts';
import { type Target, clientConfig, parseTarget, placeOf } from '../postgres/target.ts';
import { COPY_KEY, copyStateOf, migrate, writeMeta } from '../postgres/migrate.ts';
import { GONE_AFTER_MS } from '../postgres/node-watch.ts';
import { describeServerError } from '../postgres/server-errors.ts';
import { COPY_TABLES, type CopySource, type CopyTable, openCopySource } from './copy-source.ts';

const LIVING_NODES = `SELECT 1 FROM nodes WHERE abs(seen_at - extract(epoch from clock_timestamp()) * 1000) < $1::bigint`;
/** Rows of one transaction. Our choice: some tenths of a second, so that progress is seen and an interruption costs little. */
const BATCH_ROWS = 2_000;

interface CopyProgress {
  readonly table: string;
  readonly copied: number;
  readonly total: number;
}

export interface CopyOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Ends the copy after the batch under way; run again, it goes on from there. */
  readonly stop?: AbortSignal;
}

export interface CopyReport {
  /** False: it was stopped, and waits to be continued. */
  readonly isComplete: boolean;
  /** The whole copy was made by an earlier run; nothing was left to do. */
  readonly wasDone: boolean;
  /** Rows by table, those of earlier runs included. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * Copies the data of a SQLite folder into an empty schema of PostgreSQL. Each batch and the place where it ends are one
 * transaction, so an interrupted copy is continued without losing or doubling a row. While it is unfinished no node opens
 * the schema, and once it is complete nobody opens the folder: what waits is done once.
 * @throws storage_not_empty · storage_copy_changed, and what opening either of them throws
 */
export async function copyToPostgres(folder: string, spec: string, options: CopyOptions = {}): Promise<CopyReport> {
  const target = parseTarget(spec);
  const source = openCopySource(folder, placeOf(target));
  const client = new Client({ ...clientConfig(target), pipeline: false });
  client.on('error', () => undefined);
  try {
    await migrate(target, undefined, { duringCopy: true });
    await client.connect();
    return await copy(client, source, target, folder, options);
  } catch (error) {
    throw describeServerError(error, target);
  } finally {
    await client.end().catch(() => undefined);
    source.close();
  }
}

async function copy(
  client: Client,
  source: CopySource,
  target: Target,
  folder: string,
  options: CopyOptions,
): Promise<CopyReport> {
  const place = placeOf(target);
  const from = `the data folder "${folder}"`;
  // One copy at a time.
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`metabot24-livetex copy ${target.schema}`]);
  const begun = await copyStateOf(client);
  // The folder is given away before the copy is said to be complete, so one that is given away and not unfinished is done.
  if (begun === undefined && source.isMoved) return { isComplete: true, wasDone: true, rows: await copiedRows(client) };
  if (begun === undefined) await mustBeEmpty(client, place);
  else if (begun.fingerprint !== source.fingerprint) throw storageError('storage_copy_changed', { place, from });

  let { table: current = '', after = 0 } = begun ?? {};
  const rows: Record<string, number> = {};
  for (const [index, table] of COPY_TABLES.entries()) {
    const reached = COPY_TABLES.findIndex(({ name }) => name === current);
    const total = source.count(table);
    if (index >= reached) {
      if (index > reached) [current, after] = [table.name, 0];
      const state = { from, fingerprint: source.fingerprint };
      const isDone = await copyTable(client, source, table, after, state, total, options);
      if (!isDone) return { isComplete: false, wasDone: false, rows };
    }
    rows[table.name] = total;
  }
  // In this order: a crash between the two leaves nobody who would do the same work twice.
  source.markMoved();
  await finish(client, source);
  return { isComplete: true, wasDone: false, rows };
}

/** What the tables have now. */
async function copiedRows(client: Client): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name } of COPY_TABLES) {
    const { rows: counted } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${name}`);
    rows[name] = Number(counted[0]?.n);
  }
  return rows;
}

async function copyTable(
  client: Client,
  source: CopySource,
  table: CopyTable,
  begin: number,
  state: { readonly from: string; readonly fingerprint: string },
  total: number,
  { onProgress, stop }: CopyOptions,
): Promise<boolean> {
  const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${table.name}`);
  let copied = Number(rows[0]?.n);
  let after = begin;
  for (;;) {
    onProgress?.({ table: table.name, copied, total });
    if (stop?.aborted === true) return false;
    const batch = source.read(table, after, BATCH_ROWS);
    if (batch === undefined) return true;
    await client.query('BEGIN');
    await client.query(table.insert, batch.columns);
    await writeMeta(client, COPY_KEY, JSON.stringify({ ...state, table: table.name, after: batch.last }));
    await client.query('COMMIT');
    copied += batch.rows;
    after = batch.last;
  }
}

/** New ids go on behind the copied ones; then the schema may be used. */
async function finish(client: Client, source: CopySource): Promise<void> {
  await client.query('BEGIN');
  for (const [sequence, newest] of [
    [`pg_get_serial_sequence('jobs', 'id')`, source.newestJob],
    [`'lane_turns'`, source.newestJob],
    [`pg_get_serial_sequence('timers', 'n')`, source.newestTimer],
  ] as const) {
    await client.query(`SELECT setval(${sequence}, $1, true)`, [Math.max(1, newest)]);
  }
  await client.query('DELETE FROM meta WHERE key = $1', [COPY_KEY]);
  await client.query('COMMIT');
  // The planner knows nothing of so many new rows yet.
  await client.query('ANALYZE');
}

/** @throws storage_not_empty */
async function mustBeEmpty(client: Client, place: string): Promise<void> {
  const { rowCount: nodes } = await client.query(LIVING_NODES, [GONE_AFTER_MS]);
  if (nodes !== 0) throw storageError('storage_not_empty', { place, found: 'a node at work: stop it first' });
  for (const { name } of COPY_TABLES) {
    const { rowCount } = await client.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (rowCount !== 0) throw storageError('storage_not_empty', { place, found: name.replace('_', ' ') });
  }
}
