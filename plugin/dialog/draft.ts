import type { ScriptRequest } from '../contract/host.ts';
import type { ScriptType } from '../contract/script-types.ts';
import type { DialogState, TransferCourse, TransferEnd } from '../contract/dialog.ts';
import type { Effect, Outcome } from './effect.ts';
import { type TransitionContext, fact } from './facts.ts';
import { stopWaiting } from './waiting.ts';

/** A transition in the making: a copy of the state, what shall happen, and what it was decided by. Never leaves the machine. */
export interface Draft {
  state: DialogState;
  readonly effects: Effect[];
  cause: string;
  readonly context: TransitionContext;
}

/** Runs the lead's script of a type if the bot has one. */
export function runIfThere(
  draft: Draft,
  type: ScriptType,
  cause: ScriptRequest['cause'],
  duringTransfer = false,
): boolean {
  if (!fact(draft.context, 'scripts').has(type)) return false;
  draft.effects.push({ do: 'run', script: { type }, cause, duringTransfer });
  return true;
}

/**
 * The dialog goes back to the bot, whoever ended the transfer. Timers end with it, and jobs and events that carry the
 * transfer's number mean nothing any more.
 */
export function endTransfer(draft: Draft, outcome: Outcome, endedBy: TransferEnd): void {
  stopTimer(draft);
  noteCourse(draft, { endedAt: draft.context.now, endedBy });
  const { state, effects } = draft;
  if (state.forwarded) effects.push({ do: 'forwarded', forwarded: false });
  effects.push({ do: 'count', outcome });
  draft.cause = outcome;
  draft.state = {
    ...state,
    mode: 'bot',
    forwarded: false,
    employee: null,
    selection: null,
    selecting: false,
    selectedAt: null,
    // What an operator does from now on is told by it from what comes late.
    notBefore: laterBound(laterBound(state.notBefore, draft.context.liveTexTime), state.employee?.at ?? null),
    replyTimer: null,
    answered: false,
    hasAnswered: false,
    returnScriptRan: false,
  };
}

/** A message that was left for operators is gone: LiveTex does not take it, or one closed it unread; the lead was told of nobody, so nothing is told now. */
export function dropMessage(draft: Draft, endedBy: 'refused' | 'operator'): void {
  noteCourse(draft, { endedAt: draft.context.now, endedBy });
  draft.state = {
    ...draft.state,
    messageLeft: false,
    selection: null,
    selecting: false,
    selectedAt: null,
    answered: false,
  };
}

/** What has become of the transfer. Of one that began under a version that kept no course there is nothing before this. */
export function noteCourse(draft: Draft, news: Partial<TransferCourse>): void {
  const { lastTransfer, transfer } = draft.state;
  const known = lastTransfer?.number === transfer ? lastTransfer : unknownCourse(draft.state);
  draft.state = { ...draft.state, lastTransfer: { ...known, ...news } };
}

/** One more message of a transfer under way. */
export function countMessage(draft: Draft, from: 'lead' | 'operator'): void {
  const { messages } = draft.state.lastTransfer ?? unknownCourse(draft.state);
  noteCourse(draft, { messages: { ...messages, [from]: messages[from] + 1 } });
}

function unknownCourse({ transfer, selection, employee, selectedAt }: DialogState): TransferCourse {
  const groupId = selection?.groupId ?? null;
  return {
    number: transfer,
    reason: null,
    script: null,
    group: groupId === null ? null : { id: groupId, name: null },
    operator: employee && { id: employee.id, name: employee.name },
    operators: 'unknown',
    requestedAt: null,
    acceptedAt: selectedAt,
    connectedAt: null,
    answeredAt: null,
    endedAt: null,
    endedBy: null,
    messages: { lead: 0, operator: 0 },
  };
}

/** Those of the mode that ends. */
function stopTimer(draft: Draft): void {
  stopWaiting(draft);
  const { state, effects, context } = draft;
  if (state.mode === 'transferring') effects.push({ do: 'unschedule', timer: 'transfer' });
  if (state.mode === 'waiting' && context.timeouts.pickupMs !== null) {
    effects.push({ do: 'unschedule', timer: 'pickup' });
  }
  if (state.replyTimer !== null) effects.push({ do: 'unschedule', timer: 'reply' });
}

/** The operator owes the lead an answer from now on; a timer that runs goes on, as the lead has waited since then. */
export function startReplyTimer(draft: Draft): void {
  const { state, effects, context } = draft;
  if (context.timeouts.replyMs === null || state.replyTimer !== null) return;
  const number = state.replyTimers + 1;
  draft.state = { ...state, replyTimer: number, replyTimers: number };
  const at = context.now + context.timeouts.replyMs;
  effects.push({ do: 'schedule', timer: 'reply', transfer: state.transfer, number, at });
}

export function stopReplyTimer(draft: Draft): void {
  if (draft.state.replyTimer === null) return;
  draft.effects.push({ do: 'unschedule', timer: 'reply' });
  draft.state = { ...draft.state, replyTimer: null };
}

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
