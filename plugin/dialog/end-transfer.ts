import type { EventOf } from '../contract/dialog.ts';
import { type Draft, endTransfer, runIfThere, isOlder } from './draft.ts';
import { failTransfer } from './begin-transfer.ts';

/**
 * An operator closed the conversation. Ignored in `bot` (nothing to end) and in `transferring`: the selection is still
 * to come, so whatever was closed, it opens again.
 */
export function onClosed(draft: Draft, event: EventOf<'Closed'>): void {
  const { state, effects } = draft;
  if (state.mode === 'bot' || state.mode === 'transferring' || isOlder(state, event.at)) return;
  effects.push({ do: 'notice', notice: 'returned' });
  endTransfer(draft, 'closed', 'operator');
  // What belongs to the next transfer is stamped later than this end, however little is known of LiveTex's clock then.
  draft.state = { ...draft.state, notBefore: event.at === null ? null : event.at + 1 };
  runIfThere(draft, 'return', 'returned');
}

/**
 * The bot's side takes the dialog back. The script of type `Возврат` follows as after `Closed`, unless it is the one
 * that asks: then it would run twice. Nor does it when no operator ever joined: it says good-bye for one, and nobody was
 * there (our choice; an author who wants it names it in `run_sentence`).
 */
export function onReturnRequested(draft: Draft, event: EventOf<'ReturnRequested'>): void {
  const { state } = draft;
  if (state.mode === 'bot') return;
  if (event.reason !== undefined) return takeBack(draft, event.reason);
  const asksItself = event.scriptType === undefined ? state.returnScriptRan : event.scriptType === 'return';
  // The operator's `/bot` started the script that asks: what they wanted, they did.
  endTransfer(draft, 'returned', asksItself && state.returnScriptRan ? 'operator' : 'script');
  if (!asksItself && state.mode === 'operator') runIfThere(draft, 'return', 'returned');
}

/** Whoever runs the bot takes the dialog back: the lead is told, and an author's script says what it says after an operator. */
function takeBack(draft: Draft, reason: string): void {
  // Who was not told of a transfer is not told of its end.
  if (draft.state.mode !== 'transferring') draft.effects.push({ do: 'notice', notice: 'returned' });
  endTransfer(draft, 'returned', 'script');
  draft.effects.push({ do: 'authorLog', level: 'warn', text: reason });
  runIfThere(draft, 'return', 'returned');
}

/** A timer of an older transfer, of a mode that is over, or one that was replaced, does nothing. */
export function onTimer(draft: Draft, event: EventOf<'TimerFired'>): void {
  const { state } = draft;
  if (event.transfer !== state.transfer) return;
  if (event.timer === 'transfer' && state.mode === 'transferring') {
    const seconds = draft.context.timeouts.transferMs / 1_000;
    failTransfer(draft, 'timeout', `Перевод на оператора не удался: LiveTex не принял диалог за ${seconds} с`);
  } else if (event.timer === 'pickup' && state.mode === 'waiting') {
    giveUpWaiting(draft, 'pickup_timeout', 'Ни один оператор не открыл диалог вовремя: диалог вернулся к боту');
  } else if (event.timer === 'reply' && state.mode === 'operator' && event.number === state.replyTimer) {
    giveUpWaiting(draft, 'reply_timeout', 'Оператор не ответил вовремя: диалог вернулся к боту');
  }
}

function giveUpWaiting(draft: Draft, endedBy: 'pickup_timeout' | 'reply_timeout', reason: string): void {
  endTransfer(draft, 'operator_timeout', endedBy);
  draft.effects.push({ do: 'authorLog', level: 'warn', text: reason });
  if (!runIfThere(draft, 'operator_timeout', 'operator_timeout')) runIfThere(draft, 'return', 'operator_timeout');
}
