import type { DeadJob, QueueStats, Retention, StoredJob } from '../contract.ts';
import type { Connection } from './connection.ts';
import type { NodeClock } from './node-clock.ts';
import { JOB_COLUMNS, type JobRow, NOW, deadJob, storedJob } from './rows.ts';

/** Rows deleted at one time. Our choice: a batch of this size takes milliseconds, so no lane waits for it. */
const PRUNE_BATCH = 500;
/** A connection's row that was not used for so long has no connection any more, ms. */
const SESSION_KEPT_MS = 24 * 60 * 60_000;

export const INSPECT = {
  dead: {
    name: 'list_dead',
    text: `SELECT ${JOB_COLUMNS}, died_at FROM dead_jobs WHERE ($1::text IS NULL OR queue = $1) AND id > $2 ORDER BY id LIMIT $3`,
  },
  stuck: {
    name: 'list_stuck',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE first_failed_at IS NOT NULL AND (first_failed_at, id) > ($2::bigint, $3::bigint) ORDER BY first_failed_at, id LIMIT $1`,
  },
  waiting: {
    name: 'list_waiting',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE id + 0 > $1 AND enqueued_at < $2 ORDER BY id + 0 LIMIT $3`,
  },
  lockPrune: {
    name: 'prune_lock',
    text: `SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' prune', 0)) AS mine`,
  },
  pruneRemembered: {
    name: 'prune_remembered',
    text: `DELETE FROM remembered WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM remembered WHERE at < ${NOW} - $2::bigint ORDER BY at LIMIT ${PRUNE_BATCH}
           )) RETURNING 1 AS gone`,
  },
  pruneStreams: {
    name: 'prune_streams',
    text: `DELETE FROM stream_entries WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM stream_entries WHERE at < ${NOW} - $2::bigint ORDER BY at LIMIT ${PRUNE_BATCH}
           )) RETURNING 1 AS gone`,
  },
  pruneDead: {
    name: 'prune_dead',
    text: `DELETE FROM dead_jobs WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM dead_jobs WHERE died_at < ${NOW} - $2::bigint ORDER BY died_at LIMIT ${PRUNE_BATCH}
           )) RETURNING 1 AS gone`,
  },
  pruneSessions: {
    name: 'prune_sessions',
    text: `DELETE FROM sessions WHERE at < ${NOW} - $2::bigint`,
  },
} as const;

export async function listDead(
  connection: Connection,
  page: { readonly queue?: string; readonly after?: number; readonly limit: number },
): Promise<DeadJob[]> {
  const values = [page.queue ?? null, page.after ?? 0, page.limit];
  const rows = await connection.query<JobRow & { died_at: string } & Record<string, unknown>>(
    INSPECT.dead,
    () => values,
  );
  return rows.map(deadJob);
}

export async function listStuck(connection: Connection, limit: number, after?: StoredJob): Promise<StoredJob[]> {
  const values = [limit, after?.firstFailedAt ?? 0, after?.id ?? 0];
  return (await connection.query<JobRow & Record<string, unknown>>(INSPECT.stuck, () => values)).map(storedJob);
}

export async function listWaiting(
  connection: Connection,
  { before = Number.MAX_SAFE_INTEGER, after = 0, limit }: { before?: number; after?: number; limit: number },
): Promise<StoredJob[]> {
  const values = [after, before, limit];
  return (await connection.query<JobRow & Record<string, unknown>>(INSPECT.waiting, () => values)).map(storedJob);
}

/** One small batch of each kind; how many rows went. One node at a time: another one's call returns 0 at once. */
export async function prune(connection: Connection, retention: Retention, clock: NodeClock): Promise<number> {
  const kinds = [
    [INSPECT.pruneRemembered, retention.rememberedMs],
    [INSPECT.pruneStreams, retention.streamMs],
    [INSPECT.pruneDead, retention.deadMs],
  ] as const;
  return connection.transaction(async ({ query, send }) => {
    const [lock] = await query<{ mine: boolean }>(INSPECT.lockPrune, []);
    if (lock?.mine !== true) return { result: 0, hasWritten: false };
    let gone = 0;
    for (const [statement, keepMs] of kinds) {
      if (keepMs !== undefined) gone += (await query(statement, [clock.testNow(), keepMs])).length;
    }
    send(INSPECT.pruneSessions, [clock.testNow(), SESSION_KEPT_MS]);
    return { result: gone, hasWritten: false };
  });
}

/** Up to so many rows of a kind are counted at each question. Our choice: that takes a few ms. */
const COUNTED_EACH_TIME = 2_000;
/**
 * Of more, one count serves for so long, ms. Our choice: a million jobs take the server about a second, and every node is asked
 * by whoever collects its metrics; an alarm waits for minutes anyway.
 */
const COUNT_KEPT_MS = 30_000;

export const STATS = {
  areMany: {
    name: 'are_many',
    text: `SELECT EXISTS (SELECT FROM jobs OFFSET $1) OR EXISTS (SELECT FROM dead_jobs OFFSET $1)
             OR EXISTS (SELECT FROM timers OFFSET $1) AS are_many`,
  },
  count: {
    name: 'stats',
    text: `SELECT queue,
             coalesce(lanes.n, 0)::int AS lanes, coalesce(jobs.n, 0)::int AS jobs, jobs.oldest_at,
             coalesce(jobs.retrying, 0)::int AS retrying, coalesce(dead.n, 0)::int AS dead, coalesce(timers.n, 0)::int AS timers
           FROM (SELECT queue, count(*) AS n FROM lanes GROUP BY queue) AS lanes
           FULL JOIN (SELECT queue, count(*) AS n, min(enqueued_at) AS oldest_at, count(first_failed_at) AS retrying
                      FROM jobs GROUP BY queue) AS jobs USING (queue)
           FULL JOIN (SELECT queue, count(*) AS n FROM dead_jobs GROUP BY queue) AS dead USING (queue)
           FULL JOIN (SELECT queue, count(*) AS n FROM timers GROUP BY queue) AS timers USING (queue)
           ORDER BY queue`,
  },
} as const;

interface CountRow {
  readonly queue: string;
  readonly lanes: number;
  readonly jobs: number;
  readonly oldest_at: string | null;
  readonly retrying: number;
  readonly dead: number;
  readonly timers: number;
  readonly [column: string]: unknown;
}

/**
 * The depths of all queues. PostgreSQL has no counts at hand, and a row that each transaction counts in would make all
 * nodes wait for each other: so they are counted when somebody asks, but a large number not at each question.
 */
export function createQueueStats(connection: Connection): () => Promise<QueueStats[]> {
  let kept: { readonly at: number; readonly counted: Promise<QueueStats[]> } | undefined;

  async function count(): Promise<QueueStats[]> {
    return (await connection.query<CountRow>(STATS.count, () => [])).map(({ oldest_at, ...row }) => ({
      ...row,
      oldestAt: oldest_at === null ? null : Number(oldest_at),
    }));
  }

  return async () => {
    const [row] = await connection.query<{ are_many: boolean }>(STATS.areMany, () => [COUNTED_EACH_TIME]);
    if (row?.are_many !== true) return count();
    if (kept === undefined || performance.now() - kept.at > COUNT_KEPT_MS) {
      const counted = count();
      kept = { at: performance.now(), counted };
      counted.catch(() => {
        kept = undefined;
      });
    }
    return kept.counted;
  };
}
