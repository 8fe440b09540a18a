import type { Logger } from '../contract.ts';
import { logSuspects, type Suspect } from '../suspects.ts';
import { NOW } from './rows.ts';

/** A node that has said nothing for so long is gone, ms. Our choice: longer than any pause of a living process, far shorter than a lease. */
export const GONE_AFTER_MS = 10_000;
/** So many times within that it says that it is alive, so that one lost connection is survived. */
const BEATS = 5;
/** A node that is gone is forgotten after this, ms; until then people can see that it was there. */
const FORGET_AFTER_MS = 24 * 60 * 60_000;

export const WATCH = {
  beat: `INSERT INTO nodes (id, seen_at, started_at) VALUES ($2, ${NOW}, ${NOW})
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, clears = NULL RETURNING seen_at`,
  /** Its lanes are free at once, instead of when their leases end. The claims' tokens still fence: should it come back, it finds them lost. */
  free: 'SELECT queue, lane, id, kind AS job, deaths FROM take_over($1, $2, $3, NULL)',
  forget: `DELETE FROM nodes WHERE seen_at < ${NOW} - $2::bigint`,
  leave: 'DELETE FROM nodes WHERE id = $1',
} as const;

export interface NodeWatchOptions {
  readonly nodeId: string;
  readonly goneAfterMs: number;
  /** Undefined when the database could not be asked; never rejects. */
  readonly query: <Row extends Record<string, unknown>>(
    text: string,
    values: readonly unknown[],
  ) => Promise<Row[] | undefined>;
  readonly testNow: () => number | null;
  readonly onFreed: (queues: readonly string[]) => void;
  readonly logger: Logger | undefined;
}

export interface NodeWatch {
  /** Says once more that this node is alive, and frees what nodes that are gone have held. The timer calls it; tests too. */
  beat(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Says that this node is alive, and takes over from nodes that died: a lease must be long, so that it outlives any
 * handler, but nobody should wait a minute because a machine lost power.
 */
export function createNodeWatch({ nodeId, goneAfterMs, query, testNow, onFreed, logger }: NodeWatchOptions): NodeWatch {
  /** Since when the database has answered every beat: only who saw it all the time knows that another node fell silent. */
  let steadySince: number | undefined;
  /** How far the server's clock is ahead of the time that passes here, ms: it changes when somebody sets that clock. */
  let ahead: number | undefined;
  let isBeating = false;

  async function beat(): Promise<void> {
    if (isBeating) return;
    isBeating = true;
    try {
      const [row] = (await query<{ seen_at: string }>(WATCH.beat, [testNow(), nodeId])) ?? [];
      if (row === undefined) {
        steadySince = undefined;
        return;
      }
      const now = testNow() ?? performance.now();
      const before = ahead;
      ahead = Number(row.seen_at) - now;
      // All have been seen in another time: each gets as long as any other to show that it is there.
      if (before !== undefined && Math.abs(ahead - before) > goneAfterMs / 2) steadySince = undefined;
      steadySince ??= now;
      if (now - steadySince > goneAfterMs) await freeOthers();
    } finally {
      isBeating = false;
    }
  }

  async function freeOthers(): Promise<void> {
    const freed = await query<Suspect>(WATCH.free, [testNow(), goneAfterMs, nodeId]);
    await query(WATCH.forget, [testNow(), FORGET_AFTER_MS]);
    if (freed === undefined || freed.length === 0) return;
    logger?.warn('a node has gone: its lanes were taken over', { lanes: freed.length });
    logSuspects(freed, logger);
    onFreed([...new Set(freed.map(({ queue }) => queue))]);
  }

  const timer = setInterval(() => void beat(), goneAfterMs / BEATS).unref();
  return {
    beat,
    async close() {
      clearInterval(timer);
      await query(WATCH.leave, [nodeId]);
    },
  };
}
