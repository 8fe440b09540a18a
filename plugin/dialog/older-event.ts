import type { DialogState } from '../contract/dialog-state.ts';

/**
 * Did it certainly happen before the current transfer's selection? Both times are LiveTex's, so no clock of ours is
 * compared with one of theirs. `notBefore` is a lower bound: what lies between it and the selection itself cannot be told
 * apart and counts as current, as does an event without a usable time. (A transfer that never ends would be worse than
 * one that ends early.)
 */
export function isOlder(state: DialogState, at: number | null): boolean {
  return at !== null && state.notBefore !== null && at < state.notBefore;
}

/**
 * Does an employee's event prove that LiveTex has accepted the dialog, though its answer has not come yet? Not if an
 * older conversation may be meant.
 */
export function provesSelection(state: DialogState, at: number | null): boolean {
  return state.transfer === 1 || (at !== null && state.notBefore !== null && at >= state.notBefore);
}

/** The later of two lower bounds: both hold. LiveTex's clock may be known only from long ago, the close before it exactly. */
export function laterBound(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
