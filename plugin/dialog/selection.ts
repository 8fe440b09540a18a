import type { EventOf } from '../contract/dialog-event.ts';
import { type Draft, endTransfer, runIfThere } from './draft.ts';
import { laterBound } from './older-event.ts';

/** LiveTex has the dialog: flag and notice, once, and the wait for an operator begins. */
export function acceptSelection(draft: Draft): void {
  const { effects, context } = draft;
  const { transfer } = draft.state;
  draft.state = { ...draft.state, mode: 'waiting', forwarded: true, selectedAt: context.now };
  draft.cause = 'selection_accepted';
  effects.push(
    { do: 'unschedule', timer: 'transfer' },
    { do: 'forwarded', forwarded: true },
    { do: 'notice', notice: 'transferred' },
    { do: 'count', outcome: 'accepted' },
  );
  if (context.timeouts.pickupMs === null) return;
  effects.push({ do: 'schedule', timer: 'pickup', transfer, number: 0, at: context.now + context.timeouts.pickupMs });
}

export function onSelected(draft: Draft, event: EventOf<'Selected'>): void {
  const { state } = draft;
  if (event.transfer !== state.transfer || state.mode === 'bot') {
    // It was on its way when the dialog went back; LiveTex has no method to take a selection back.
    draft.effects.push({
      do: 'authorLog',
      level: 'warn',
      text: 'LiveTex принял диалог уже после отмены перевода: операторы его видят, но отвечает бот',
    });
    return;
  }
  if (state.mode === 'transferring') {
    acceptSelection(draft);
    draft.state = { ...draft.state, notBefore: laterBound(event.notBefore, state.notBefore) };
  }
  draft.state = { ...draft.state, selecting: false, selectedAt: draft.context.now };
}

/**
 * LiveTex refuses a selection for good. That ends a transfer which it has not accepted yet. Once it has, by its answer or
 * by an operator's act, it refuses a repeat most likely because the conversation is open (its documentation does not say
 * what selecting twice does): an operator who has the dialog keeps it.
 */
export function onSelectionRefused(draft: Draft, event: EventOf<'SelectionRefused'>): void {
  const { state } = draft;
  if (event.transfer !== state.transfer || state.mode === 'bot') return;
  if (state.mode !== 'transferring') {
    draft.state = { ...state, selecting: false };
    const text = `LiveTex отклонил повторный выбор группы, диалог остаётся у операторов: ${event.reason}`;
    draft.effects.push({ do: 'authorLog', level: 'warn', text });
    return;
  }
  failTransfer(draft, 'refused', `Перевод на оператора не удался: ${event.reason}`);
}

/** Back to the bot, with the reason in the author's log and the script of type `Нет доступных операторов` if there is one. */
export function failTransfer(draft: Draft, outcome: 'refused' | 'timeout', reason: string): void {
  endTransfer(draft, outcome);
  draft.effects.push({ do: 'authorLog', level: 'error', text: reason });
  if (runIfThere(draft, 'no_operators', 'transfer_failed')) {
    draft.state = { ...draft.state, noOperatorsScriptRan: true };
  }
}

/**
 * LiveTex asks for a group. In mode `bot` that is how it should be, and in `transferring` the selection is on its way.
 * Otherwise LiveTex has lost it (or never had it), so it is sent again, one at a time. An event that came before the
 * last selection was accepted asks for what has been done since.
 */
export function onSelectionAsked(draft: Draft, event: EventOf<'SelectionAsked'>): void {
  const { state } = draft;
  if (state.mode === 'bot' || state.mode === 'transferring' || state.selecting || state.selection === null) return;
  if (state.selectedAt !== null && event.receivedAt <= state.selectedAt) return;
  const selection = { ...state.selection, groupId: event.groupId ?? state.selection.groupId };
  draft.state = { ...state, selecting: true, selection };
  draft.effects.push({ do: 'select', transfer: state.transfer, again: true, selection });
}
