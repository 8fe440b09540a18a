import type { Draft } from './draft.ts';

/** The lead waits for an operator from now on: a text now and then, if the binding has one. */
export function startWaiting(draft: Draft): void {
  const { waiting } = draft.context.settings;
  if (waiting === undefined) return;
  draft.state = { ...draft.state, waits: { number: 0, told: 0, saidAt: null } };
  scheduleNext(draft);
}

/** An operator is there, or nobody will be. */
export function stopWaiting(draft: Draft): void {
  if (draft.state.waits === null) return;
  draft.effects.push({ do: 'unschedule', timer: 'waiting' });
  draft.state = { ...draft.state, waits: null };
}

/** It is time for a text. A timer that was replaced meanwhile has another number. */
export function sayWaiting(draft: Draft, number: number): void {
  const { state, context, effects } = draft;
  const { waits } = state;
  if (state.mode !== 'waiting' || waits === null || waits.number !== number) return;
  effects.push({ do: 'notice', notice: 'waiting' });
  draft.state = { ...state, waits: { ...waits, told: waits.told + 1, saidAt: context.now } };
  scheduleNext(draft);
}

/**
 * LiveTex says "please wait" itself: the turn is its own, and ours comes a whole interval later. `false`: ours was said less than
 * an interval ago, so the lead need not read the same again.
 */
export function maySayHold(draft: Draft): boolean {
  const { state, context } = draft;
  const { waiting } = context.settings;
  if (state.mode !== 'waiting' || state.waits === null || waiting === undefined) return true;
  const { saidAt } = state.waits;
  if (saidAt !== null && context.now - saidAt < waiting.everySeconds * 1_000) return false;
  scheduleNext(draft);
  return true;
}

/** The next text, in place of one that is scheduled already. */
function scheduleNext(draft: Draft): void {
  const { state, context, effects } = draft;
  const { waiting } = context.settings;
  if (waiting === undefined || state.waits === null || state.waits.told >= waiting.times) return;
  const number = state.waits.number + 1;
  draft.state = { ...state, waits: { ...state.waits, number } };
  const at = context.now + waiting.everySeconds * 1_000;
  effects.push({ do: 'schedule', timer: 'waiting', transfer: state.transfer, number, at });
}
