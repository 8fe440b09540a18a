import type { ClaimedJob, ClaimRequest, Json } from '../contract.ts';
import type { Connection } from './connection.ts';
import type { Query } from './session.ts';
import { claimedJob, JOB_COLUMNS, type JobRow, NOW } from './rows.ts';
import type { Changes } from './transaction.ts';
import { writeTransaction } from './transaction.ts';

/** Due timers moved at one time: bounds a transaction after a long standstill. */
const TIMERS_PER_MOVE = 200;

const CLAIM = {
  look: {
    name: 'claim_look',
    text: `SELECT
             (SELECT until FROM gates WHERE queue = $2) AS gate_until,
             (SELECT until > ${NOW} FROM gates WHERE queue = $2) AS gate_shut,
             EXISTS (SELECT 1 FROM timers WHERE queue = $2 AND at <= ${NOW}) AS timers_due`,
  },
  /** One node at a time decides how many more of a queue may be under way. */
  lockQueue: { name: 'claim_lock', text: `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || $1, 0))` },
  countClaimed: {
    name: 'claim_count',
    text: `SELECT count(*)::int AS claimed FROM lanes WHERE queue = $2 AND claim IS NOT NULL AND lease_until > ${NOW}`,
  },
  takeTimers: {
    name: 'take_timers',
    text: `DELETE FROM timers WHERE queue = $2 AND id IN (
             SELECT id FROM timers WHERE queue = $2 AND at <= ${NOW} ORDER BY at, id LIMIT ${TIMERS_PER_MOVE}
           ) RETURNING queue, lane, kind, payload, at, id`,
  },
  take: {
    name: 'claim_take',
    text: `WITH due AS (
             SELECT lane FROM lanes WHERE queue = $2 AND ready_at <= ${NOW} ORDER BY ready_at LIMIT $3 FOR UPDATE SKIP LOCKED
           )
           UPDATE lanes SET claim = gen_random_uuid()::text, lease_until = ${NOW} + $4, ready_at = ${NOW} + $4
           FROM due WHERE lanes.queue = $2 AND lanes.lane = due.lane
           RETURNING lanes.lane, claim, lease_until`,
  },
  /** In a statement of its own: the claim's snapshot may be older than the commit that made the lane ready. */
  heads: {
    name: 'claim_heads',
    text: `SELECT ${JOB_COLUMNS.split(', ')
      .map((column) => `head.${column}`)
      .join(', ')}
           FROM unnest($2::text[]) AS wanted (lane)
           CROSS JOIN LATERAL (SELECT * FROM jobs WHERE queue = $1 AND lane = wanted.lane ORDER BY id LIMIT 1) AS head
           ORDER BY head.id`,
  },
  extend: {
    name: 'extend',
    text: `UPDATE lanes SET lease_until = ${NOW} + $5, ready_at = ${NOW} + $5
           WHERE queue = $2 AND lane = $3 AND claim = $4 AND lease_until > ${NOW} RETURNING lane`,
  },
  nextWorkAt: {
    name: 'next_work_at',
    text: `SELECT least(
             (SELECT ready_at FROM lanes WHERE queue = $2 ORDER BY ready_at LIMIT 1),
             (SELECT at FROM timers WHERE queue = $2 ORDER BY at LIMIT 1)
           ) AS ready,
           gates.until AS gate_until,
           (SELECT lease_until FROM lanes WHERE gates.until <= ${NOW} AND lanes.queue = $2 AND claim IS NOT NULL
              AND lease_until > ${NOW} ORDER BY lease_until LIMIT 1) AS probe_until
           FROM (SELECT 1) AS always LEFT JOIN gates ON gates.queue = $2`,
  },
} as const;

interface Look {
  readonly gate_until: string | null;
  readonly gate_shut: boolean | null;
  readonly timers_due: boolean;
}

/** Claims heads of lanes. Each claim is committed before its job is handed out. */
export async function claim(
  connection: Connection,
  request: ClaimRequest,
  testNow: () => number | null,
  changes: Changes,
): Promise<ClaimedJob[]> {
  const [look] = await connection.query<Look & Record<string, unknown>>(CLAIM.look, [testNow(), request.queue]);
  if (look?.timers_due) await moveTimers(connection, request.queue, testNow, changes);
  if (look?.gate_shut) return [];
  const gated = look?.gate_until != null;
  const bound = gated ? Math.min(1, request.maxClaimed ?? 1) : request.maxClaimed;
  const taken =
    bound === undefined
      ? await take((statement, values) => connection.query(statement, values), request, request.limit, testNow)
      : await connection.transaction('READ COMMITTED', (query) => takeBounded(query, request, bound, testNow));
  if (taken.length === 0) return [];
  const byLane = new Map(taken.map((row) => [row.lane, row]));
  const heads = await connection.query<JobRow & Record<string, unknown>>(CLAIM.heads, [
    request.queue,
    [...byLane.keys()],
  ]);
  return heads.flatMap((head) => {
    const lane = byLane.get(head.lane);
    return lane ? [claimedJob(head, lane.claim, Number(lane.lease_until), gated)] : [];
  });
}

interface Taken {
  readonly lane: string;
  readonly claim: string;
  readonly lease_until: string;
  readonly [column: string]: unknown;
}

function take(query: Query, request: ClaimRequest, limit: number, testNow: () => number | null): Promise<Taken[]> {
  return query<Taken>(CLAIM.take, [testNow(), request.queue, limit, request.leaseMs]);
}

async function takeBounded(
  query: Query,
  request: ClaimRequest,
  bound: number,
  testNow: () => number | null,
): Promise<Taken[]> {
  await query(CLAIM.lockQueue, [request.queue]);
  const [row] = await query<{ claimed: number }>(CLAIM.countClaimed, [testNow(), request.queue]);
  const free = Math.min(request.limit, bound - (row?.claimed ?? 0));
  return free > 0 ? take(query, request, free, testNow) : [];
}

/** Puts due timers at the end of their lanes, in the order of their times; one node at a time, so the order holds. */
async function moveTimers(
  connection: Connection,
  queue: string,
  testNow: () => number | null,
  changes: Changes,
): Promise<void> {
  await connection.transaction('READ COMMITTED', async (query) => {
    await query(CLAIM.lockQueue, [queue]);
    type Due = { queue: string; lane: string; kind: string; payload: Json; at: string; id: string };
    const due = await query<Due>(CLAIM.takeTimers, [testNow(), queue]);
    const jobs = due.toSorted((a, b) => Number(a.at) - Number(b.at) || (a.id < b.id ? -1 : 1));
    await writeTransaction(query, testNow, changes).enqueue(jobs);
  });
}

/** Prolongs leases; returns the jobs whose claim was lost. */
export async function extend(
  connection: Connection,
  jobs: readonly ClaimedJob[],
  leaseMs: number,
  testNow: () => number | null,
): Promise<ClaimedJob[]> {
  const lost: ClaimedJob[] = [];
  for (const job of jobs) {
    const rows = await connection.query(CLAIM.extend, [testNow(), job.queue, job.lane, job.claim, leaseMs]);
    if (rows.length === 0) lost.push(job);
  }
  return lost;
}

/** A gate holds everything back; behind one whose time is over, the next job waits for the one under way. */
export async function nextWorkAt(
  connection: Connection,
  queue: string,
  testNow: () => number | null,
): Promise<number | undefined> {
  type Row = { ready: string | null; gate_until: string | null; probe_until: string | null };
  const [row] = await connection.query<Row>(CLAIM.nextWorkAt, [testNow(), queue]);
  if (row === undefined || row.ready === null) return undefined;
  return Math.max(Number(row.ready), Number(row.gate_until ?? 0), Number(row.probe_until ?? 0));
}
