import type { EmulatedRequest } from '../../../runtime-shim/emulator/emulator-contract.ts';

/** Times are whole ms, and a timer may fire one early by another clock: an end and the next beginning must not seem to overlap. */
const ROUNDING_MS = 2;

/** How many requests were under way at one time, of those that each took at least `latencyMs` (the emulator notes their end). */
export function mostAtOnce(requests: readonly EmulatedRequest[], latencyMs: number): number {
  const steps = requests.flatMap(({ at }) => [
    { at: at - latencyMs + ROUNDING_MS, change: 1 },
    { at, change: -1 },
  ]);
  // An end comes before a beginning of the same millisecond: the one made room for the other.
  steps.sort((one, other) => one.at - other.at || one.change - other.change);
  let now = 0;
  let most = 0;
  for (const { change } of steps) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
