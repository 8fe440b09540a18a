import { randomUUID } from 'node:crypto';
import type { ClaimedJob, ClaimRequest, NextWork } from '../contract.ts';
import { LONGEST_WAIT_MS } from '../system-clock.ts';
import type { Connection } from './connection.ts';
import type { NodeClock } from './node-clock.ts';
import { claimedJob, type JobRow, NOW } from './rows.ts';

/** Prefixes that were not asked for are looked for among so many lanes that are due longest. Our choice: they come first, as nobody here claims them. */
const LANES_LOOKED_AT = 100;

export const CLAIM = {
  take: {
    name: 'claim_heads_of',
    text: `SELECT * FROM claim_heads_of($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  },
  nextWork: {
    name: 'next_work',
    text: `SELECT
             (SELECT ready_at FROM lanes WHERE queue || '' = $2 AND is_of(lane, $3) ORDER BY ready_at, turn LIMIT 1) AS lane_ready,
             ARRAY(SELECT DISTINCT split_part(lane, '/', 1) FROM (
               SELECT lane, ready_at FROM lanes WHERE queue || '' = $2 ORDER BY ready_at, turn
               LIMIT CASE WHEN $3::text[] IS NULL THEN 0 ELSE ${LANES_LOOKED_AT} END
             ) AS first WHERE ready_at <= ${NOW} AND NOT is_of(lane, $3)) AS left_prefixes,
             (SELECT at FROM timers WHERE queue || '' = $2 ORDER BY at, n LIMIT 1) AS timer_at,
           ${NOW} AS server_now, gates.until AS gate_until, gates.reason AS gate_reason,
           (SELECT lease_until FROM lanes WHERE gates.until <= ${NOW} AND '' || lanes.queue = $2 AND claim IS NOT NULL
              AND lease_until > ${NOW} ORDER BY lease_until LIMIT 1) AS probe_until
           FROM (SELECT 1) AS always LEFT JOIN gates ON gates.queue = $2`,
  },
} as const;

interface TakenRow extends Omit<JobRow, 'id'> {
  readonly moved: boolean;
  readonly probe: boolean;
  readonly claim: string;
  readonly deaths: number | null;
  /** null in the one row that comes when nothing was claimed. */
  readonly id: string | null;
  readonly [column: string]: unknown;
}

export interface Claimed {
  readonly jobs: ClaimedJob[];
  /** Due timers were put into their lanes, of which others may take some. */
  readonly hasMovedTimers: boolean;
}

/** Claims heads of lanes. The claim is committed before its jobs are handed out. */
export async function claim(
  connection: Connection,
  request: ClaimRequest,
  clock: NodeClock,
  { nodeId, goneAfterMs }: { readonly nodeId: string; readonly goneAfterMs: number },
): Promise<Claimed> {
  const { queue, limit, leaseMs, maxClaimed, prefixes } = request;
  const token = `${nodeId}/${randomUUID()}`;
  let askedAt = clock.now();
  const rows = await connection.query<TakenRow>(CLAIM.take, (attempt) => {
    askedAt = clock.now();
    return [
      clock.testNow(),
      queue,
      limit,
      leaseMs,
      maxClaimed ?? null,
      token,
      attempt > 1,
      goneAfterMs,
      prefixes ?? null,
    ];
  });
  // By our own clock from before the question: never later than the server's lease, whatever the clocks say.
  const leaseUntil = askedAt + leaseMs;
  return {
    hasMovedTimers: rows[0]?.moved === true,
    jobs: rows.flatMap(({ id, ...row }) => {
      return id === null ? [] : [claimedJob({ ...row, id }, { ...row, leaseUntil })];
    }),
  };
}

interface NextWorkRow {
  readonly lane_ready: string | null;
  readonly left_prefixes: string[];
  readonly timer_at: string | null;
  readonly server_now: string;
  readonly gate_until: string | null;
  readonly gate_reason: string | null;
  readonly probe_until: string | null;
  readonly [column: string]: unknown;
}

/** A pause holds everything back; behind one whose time is over, the next job waits for the one under way. */
export async function nextWork(
  connection: Connection,
  queue: string,
  clock: NodeClock,
  prefixes: readonly string[] | undefined,
): Promise<NextWork | undefined> {
  const [row] = await connection.query<NextWorkRow>(CLAIM.nextWork, () => [clock.testNow(), queue, prefixes ?? null]);
  if (row === undefined) return undefined;
  const left = row.left_prefixes.length === 0 ? {} : { left: row.left_prefixes };
  if (row.lane_ready === null && row.timer_at === null) {
    return row.left_prefixes.length === 0 ? undefined : { at: Infinity, ...left };
  }
  const now = Number(row.server_now);
  // Beyond that nothing waits: the next claim puts right what was written when the clock went ahead.
  const believed = (at: string | null): number => (Number(at) > now + LONGEST_WAIT_MS ? now : Number(at));
  const ready = Math.min(
    row.lane_ready === null ? Infinity : believed(row.lane_ready),
    row.timer_at === null ? Infinity : Number(row.timer_at),
  );
  const pausedUntil = believed(row.gate_until);
  const at = clock.after(Math.max(ready, pausedUntil, believed(row.probe_until)) - now);
  if (row.gate_reason === null || pausedUntil <= now) return { at, ...left };
  return { at, pause: { until: clock.after(pausedUntil - now), reason: row.gate_reason }, ...left };
}
