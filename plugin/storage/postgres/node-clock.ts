import type { StorageClock } from '../contract.ts';

/**
 * Times of this node's clock, which may differ from the server's and be set at any moment. Leases, timers and retries are
 * stored in the server's time, so that they mean the same on all nodes; whoever uses storage gives and gets times of its
 * own clock. What crosses between the two is a wait, never a time: so no clock need know the other.
 */
export interface NodeClock {
  /** For the statements: a test's time, or null for the server's own. */
  readonly testNow: () => number | null;
  now(): number;
  /** From now until a time of this node, ms. */
  until(at: number): number;
  /** In so many ms, in this node's time. */
  after(waitMs: number): number;
}

/** `source`: whose clock rules, the server's (for work) or the given one (for tests). */
export function createNodeClock(clock: StorageClock, source: 'server' | 'clock'): NodeClock {
  return {
    testNow: () => (source === 'clock' ? clock.now() : null),
    now: () => clock.now(),
    until: (at) => Math.round(at - clock.now()),
    after: (waitMs) => clock.now() + waitMs,
  };
}
