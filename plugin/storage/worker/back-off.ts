/** Bound of the first wait, ms: long enough for a restart's hiccup, short enough that nobody notices. */
const FIRST_BOUND_MS = 1_000;
/** Bound of every later wait, ms: after an outage of hours, everything moves again within five minutes. */
const LAST_BOUND_MS = 5 * 60_000;
/** Shortest wait, ms: full jitter may draw next to nothing, and a failing remote must not be asked in a tight loop. */
const SHORTEST_MS = 100;

/**
 * How long to wait before a job is tried again, ms: exponential, with full jitter (a draw between nothing and the bound),
 * which spreads many jobs that failed together best (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * `attempts`: failed tries before this one.
 */
export function backOff(attempts: number, random: () => number): number {
  const bound = Math.min(LAST_BOUND_MS, FIRST_BOUND_MS * 2 ** attempts);
  return Math.max(SHORTEST_MS, Math.round(random() * bound));
}
