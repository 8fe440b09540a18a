import type { WorkerClock } from './lane-worker-contract.ts';
import { steadyTime } from './system-clock.ts';

/** Whoever asks for the state of a process gets an answer within this, ms: load balancers and collectors give up after some seconds. */
const ANSWER_WITHIN_MS = 1_000;

/** What was asked: its answer, why there is none, or for how long it has been silent. */
export type Probed<Value> =
  | { readonly is: 'answered'; readonly value: Value }
  | { readonly is: 'failed'; readonly error: unknown }
  | { readonly is: 'silent'; readonly forMs: number };

/**
 * Asks something that may hang, and answers within a second whatever happens. One question is under way at a time, whoever
 * asks: a hanging database is not asked a hundred times, and what a caller gets is never older than its own patience.
 */
export function createProbe<Value>(ask: () => Promise<Value>, clock: WorkerClock): () => Promise<Probed<Value>> {
  const steady = steadyTime(clock);
  let underWay: { readonly since: number; readonly ended: Promise<Probed<Value>> } | undefined;

  async function round(): Promise<Probed<Value>> {
    try {
      return { is: 'answered', value: await ask() };
    } catch (error) {
      return { is: 'failed', error };
    } finally {
      underWay = undefined;
    }
  }

  return async () => {
    // In this order: a round that ends at once must not be forgotten before it was noted.
    underWay ??= { since: steady(), ended: Promise.resolve().then(round) };
    const { since, ended } = underWay;
    const late = Promise.withResolvers<Probed<Value>>();
    const cancel = clock.after(since + ANSWER_WITHIN_MS - steady(), () =>
      late.resolve({ is: 'silent', forMs: Math.round(steady() - since) }),
    );
    try {
      return await Promise.race([ended, late.promise]);
    } finally {
      cancel();
    }
  };
}
