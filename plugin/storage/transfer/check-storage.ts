import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Client } from 'pg';
import { describeSqliteError } from '../sqlite/describe-sqlite-error.ts';
import { storageError } from '../errors.ts';
import { clientConfig } from '../postgres/client-config.ts';
import { COPY_KEY, readMeta } from '../postgres/meta.ts';
import { GONE_AFTER_MS } from '../postgres/node-watch.ts';
import { describeServerError } from '../postgres/server-errors.ts';
import { parseTarget, placeOf } from '../postgres/target.ts';
import { POSTGRES_RULES, type Rule, SQLITE_RULES } from './rules.ts';

/** What breaks a rule of storage, in a sentence, and how many times. */
interface Finding {
  readonly problem: string;
  readonly count: number;
}

export interface CheckReport {
  /** Empty: everything is as it should be. */
  readonly findings: readonly Finding[];
  /** Nodes that are at work on it now; SQLite: not known. */
  readonly nodes: number | null;
}

/** Looks whether the stored data keep storage's own rules. Changes nothing, and may run beside a server. */
export async function checkStorage(spec: string): Promise<CheckReport> {
  return spec.startsWith('sqlite:') ? checkSqlite(spec.slice('sqlite:'.length)) : checkPostgres(spec);
}

function checkSqlite(folder: string): CheckReport {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'data.db'), { readOnly: true });
    const open = database;
    const numberOf = (sql: string): number => Number(Object.values(open.prepare(sql).get() ?? {})[0] ?? 0);
    const damages = open
      .prepare('PRAGMA integrity_check(20)')
      .all()
      .map((row) => String(Object.values(row)[0]))
      .filter((text) => text !== 'ok')
      .map((text) => ({ problem: `the file is damaged: ${text}`, count: 1 }));
    // One consistent view, beside a server that writes.
    open.exec('BEGIN');
    return {
      findings: [
        ...damages,
        ...broken(
          SQLITE_RULES,
          SQLITE_RULES.map(({ sql }) => numberOf(sql)),
        ),
      ],
      nodes: null,
    };
  } catch (error) {
    throw describeSqliteError(error, folder);
  } finally {
    database?.close();
  }
}

async function checkPostgres(spec: string): Promise<CheckReport> {
  const target = parseTarget(spec);
  // The whole of a large schema is looked at: neither server nor client ends that after a while.
  const client = new Client({ ...clientConfig(target), pipeline: false, query_timeout: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      `${target.schema}.meta`,
    ]);
    if (rows[0]?.there !== true) throw storageError('storage_schema_missing', { place: placeOf(target) });
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query('SET LOCAL statement_timeout = 0');
    const counts: number[] = [];
    for (const { sql } of POSTGRES_RULES) {
      const [row] = (await client.query<{ n: string }>(sql)).rows;
      counts.push(Number(row?.n ?? 0));
    }
    const isCopying = (await readMeta(client, COPY_KEY)) !== undefined;
    const nodes = await client.query(
      // As of the view that is looked at: that the looking takes long says nothing about the nodes.
      `SELECT 1 FROM nodes WHERE seen_at > extract(epoch from transaction_timestamp()) * 1000 - $1::bigint`,
      [GONE_AFTER_MS],
    );
    const unfinished = isCopying ? [{ problem: 'a copy of a data folder is unfinished', count: 1 }] : [];
    return { findings: [...unfinished, ...broken(POSTGRES_RULES, counts)], nodes: nodes.rowCount ?? 0 };
  } catch (error) {
    throw describeServerError(error, target);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function broken(rules: readonly Rule[], counts: readonly number[]): Finding[] {
  return rules.map(({ problem }, place) => ({ problem, count: counts[place] ?? 0 })).filter(({ count }) => count > 0);
}
