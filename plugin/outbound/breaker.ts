import { codeOf } from '../contract/coded-error.ts';

/** Failures in a row, of at least two lanes, after which a binding is held back. Our choice: a blip is over before, and one lane holds one request only. */
const OPENS_AFTER = 5;
const LANES = 2;
/** How long it is held back: the first time, and at most, ms. Each try that fails behind it doubles the time. Our choice: soon after a blip, modest during an outage. */
const FIRST_HOLD_MS = 2_000;
const LONGEST_HOLD_MS = 60_000;
/** A try without an answer that took so long hung, ms. One that failed at once held nobody up: its lane's own wait is enough. Our choice. */
const HANGS_AFTER_MS = 500;

/** A circuit breaker for what one binding asks of somebody who may not answer. In memory: each process learns it by itself. */
export interface Breaker {
  succeeded(): void;
  /** No answer came. How long nothing more should be asked, ms; `undefined`: go on. */
  failed(lane: string): number | undefined;
}

export function createBreaker(): Breaker {
  let failures = 0;
  let holds = 0;
  const lanes = new Set<string>();
  return {
    succeeded() {
      failures = 0;
      holds = 0;
      lanes.clear();
    },
    failed(lane) {
      failures += 1;
      if (lanes.size < LANES) lanes.add(lane);
      if (failures < OPENS_AFTER || lanes.size < LANES) return undefined;
      const holdMs = Math.min(FIRST_HOLD_MS * 2 ** holds, LONGEST_HOLD_MS);
      holds += 1;
      return holdMs;
    },
  };
}

/**
 * What a failed try of a lane, which took `tookMs`, tells a binding's breaker: how long the binding is held back, ms, if it is.
 * Any answer, also a refusal, is one.
 */
export function holdFor(breaker: Breaker, error: unknown, lane: string, tookMs: number): number | undefined {
  const code = codeOf(error);
  if (code === 'livetex_timeout' || code === 'livetex_unreachable') {
    return tookMs < HANGS_AFTER_MS ? undefined : breaker.failed(lane);
  }
  if (code?.startsWith('livetex_') === true) breaker.succeeded();
  return undefined;
}
