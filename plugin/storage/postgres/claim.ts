import { randomUUID } from 'node:crypto';
import type { ClaimedJob, ClaimRequest } from '../contract.ts';
import type { Connection } from './connection.ts';
import type { NodeClock } from './node-clock.ts';
import { claimedJob, type JobRow, NOW } from './rows.ts';

export const CLAIM = {
  take: {
    name: 'claim_heads',
    text: `SELECT * FROM claim_heads($1, $2, $3, $4, $5, $6, $7, $8)`,
  },
  nextWorkAt: {
    name: 'next_work_at',
    text: `SELECT least(
             (SELECT ready_at FROM lanes WHERE queue = $2 ORDER BY ready_at, turn LIMIT 1),
             (SELECT at FROM timers WHERE queue = $2 ORDER BY at, n LIMIT 1)
           ) AS ready,
           gates.until AS gate_until,
           (SELECT lease_until FROM lanes WHERE gates.until <= ${NOW} AND lanes.queue = $2 AND claim IS NOT NULL
              AND lease_until > ${NOW} ORDER BY lease_until LIMIT 1) AS probe_until
           FROM (SELECT 1) AS always LEFT JOIN gates ON gates.queue = $2`,
  },
} as const;

interface TakenRow extends Omit<JobRow, 'id'> {
  readonly server_now: string;
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
  const { queue, limit, leaseMs, maxClaimed } = request;
  const token = `${nodeId}/${randomUUID()}`;
  let askedAt = clock.now();
  const rows = await connection.query<TakenRow>(CLAIM.take, (attempt) => {
    askedAt = clock.now();
    return [clock.testNow(), queue, limit, leaseMs, maxClaimed ?? null, token, attempt > 1, goneAfterMs];
  });
  const serverNow = Number(rows[0]?.server_now);
  clock.observe(serverNow, askedAt);
  // By our own clock from before the question: never later than the server's lease, whatever the clocks say.
  const leaseUntil = askedAt + leaseMs;
  return {
    hasMovedTimers: rows[0]?.moved === true,
    jobs: rows.flatMap(({ id, ...row }) => {
      return id === null ? [] : [claimedJob({ ...row, id }, { ...row, leaseUntil })];
    }),
  };
}

/** A pause holds everything back; behind one whose time is over, the next job waits for the one under way. */
export async function nextWorkAt(connection: Connection, queue: string, clock: NodeClock): Promise<number | undefined> {
  type Row = { ready: string | null; gate_until: string | null; probe_until: string | null };
  const [row] = await connection.query<Row>(CLAIM.nextWorkAt, () => [clock.testNow(), queue]);
  if (row === undefined || row.ready === null) return undefined;
  return clock.toNode(Math.max(Number(row.ready), Number(row.gate_until ?? 0), Number(row.probe_until ?? 0)));
}
