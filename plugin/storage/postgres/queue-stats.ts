import type { QueueStats } from '../contract.ts';
import type { Connection } from './connection.ts';

/** Up to so many rows of a kind are counted at each question. Ours: that takes a few ms. */
const COUNTED_EACH_TIME = 2_000;
/**
 * Of more, one count serves for so long, ms. Ours: a million jobs take the server about a second, and every node is asked
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
