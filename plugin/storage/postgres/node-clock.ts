import type { StorageClock } from '../contract.ts';

/**
 * Times of this node's clock and of the server's. Leases, timers and retries are stored in the server's time, so that
 * they mean the same on all nodes; whoever uses storage gives and gets times of its own clock.
 */
export interface NodeClock {
  /** For the statements: a test's time, or null for the server's own. */
  readonly testNow: () => number | null;
  now(): number;
  toServer(at: number): number;
  toNode(at: number): number;
  /** An answer that tells the server's time: the question was sent at `askedAt` of this node's clock. */
  observe(serverNow: number, askedAt: number): void;
}

/** An answer that took longer says too little about the clocks, ms. Our choice: */
const TRUSTED_ROUND_TRIP_MS = 1_000;
/** A smaller difference is that of rounding and of the way, ms: clocks that agree stay as they are. */
const AGREEMENT_MS = 50;

/** `source`: whose clock rules, the server's (for work) or the given one (for tests). */
export function createNodeClock(clock: StorageClock, source: 'server' | 'clock'): NodeClock {
  let ahead = 0;
  return {
    testNow: () => (source === 'clock' ? clock.now() : null),
    now: () => clock.now(),
    toServer: (at) => Math.round(at + ahead),
    toNode: (at) => Math.round(at - ahead),
    observe(serverNow, askedAt) {
      const answeredAt = clock.now();
      const trip = answeredAt - askedAt;
      if (source === 'clock' || trip < 0 || trip > TRUSTED_ROUND_TRIP_MS) return;
      const difference = serverNow - (askedAt + trip / 2);
      ahead = Math.abs(difference) <= AGREEMENT_MS ? 0 : difference;
    },
  };
}
