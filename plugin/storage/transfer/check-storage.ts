import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { storageError } from '../errors.ts';
import { COPY_KEY, readMeta } from '../postgres/migrate.ts';
import { GONE_AFTER_MS } from '../postgres/node-watch.ts';
import { describeServerError } from '../postgres/server-errors.ts';
import { clientConfig, parseTarget, placeOf } from '../postgres/target.ts';
import { describeSqliteError } from '../sqlite/open-database.ts';

/** A rule of storage, and the question for what breaks it. */
interface Rule {
  readonly problem: string;
  /** Answers one number; 0: the rule is kept. */
  readonly sql: string;
}

const POSTGRES_RULES: readonly Rule[] = [
  {
    problem: 'jobs without a lane: nobody will ever work on them',
    sql: `SELECT count(*) AS n FROM jobs WHERE NOT EXISTS (
            SELECT 1 FROM lanes WHERE lanes.queue = jobs.queue AND lanes.lane = jobs.lane)`,
  },
  {
    problem: 'lanes without a job: each is claimed for nothing again and again',
    sql: `SELECT count(*) AS n FROM lanes WHERE NOT EXISTS (
            SELECT 1 FROM jobs WHERE jobs.queue = lanes.queue AND jobs.lane = lanes.lane)`,
  },
  {
    problem: 'lanes whose claim and lease contradict each other',
    sql: `SELECT count(*) AS n FROM lanes WHERE (claim IS NULL) <> (lease_until IS NULL)`,
  },
  {
    problem: 'entries of streams behind their newest number: the next ones would collide',
    sql: `SELECT count(*) AS n FROM stream_entries AS e LEFT JOIN streams AS s USING (stream) WHERE s.seq IS NULL OR e.seq > s.seq`,
  },
  {
    problem: 'jobs that are both waiting and dead',
    sql: 'SELECT count(*) AS n FROM jobs JOIN dead_jobs USING (id)',
  },
  {
    problem: 'the number of the next job was given before: lanes would lose their order',
    sql: `SELECT count(*) AS n FROM (SELECT max(id) AS newest FROM jobs) AS j
          WHERE newest > (SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = 'jobs_id_seq')`,
  },
];

const SQLITE_RULES: readonly Rule[] = [
  {
    problem: 'jobs without a lane: nobody will ever work on them',
    sql: 'SELECT count(*) FROM job WHERE NOT EXISTS (SELECT 1 FROM lane WHERE lane.id = job.lane_id)',
  },
  {
    problem: 'lanes whose head is not their oldest job',
    sql: 'SELECT count(*) FROM lane WHERE head_id IS NOT (SELECT min(id) FROM job WHERE job.lane_id = lane.id)',
  },
  {
    problem: 'entries of streams behind their newest number: the next ones would collide',
    sql: `SELECT count(*) FROM stream_entry AS e LEFT JOIN stream AS s ON s.name = e.stream
          WHERE s.last_seq IS NULL OR e.seq > s.last_seq`,
  },
  { problem: 'jobs that are both waiting and dead', sql: 'SELECT count(*) FROM job JOIN dead USING (id)' },
  {
    problem: 'the number of the next job was given before: lanes would lose their order',
    sql: `SELECT count(*) FROM (SELECT max(id) AS newest FROM job)
          WHERE newest > (SELECT value FROM counter WHERE name = 'job')`,
  },
  {
    problem: 'queues whose counts are not those of their jobs',
    sql: `SELECT count(*) FROM queue_count AS q WHERE q.jobs <>
            (SELECT count(*) FROM job JOIN lane ON lane.id = job.lane_id WHERE lane.queue = q.queue)
            OR q.lanes <> (SELECT count(*) FROM lane WHERE lane.queue = q.queue)
            OR q.dead <> (SELECT count(*) FROM dead WHERE dead.queue = q.queue)
            OR q.timers <> (SELECT count(*) FROM timer WHERE timer.queue = q.queue)`,
  },
];

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
