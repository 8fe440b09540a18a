import type { EventOf } from '../contract/dialog.ts';
import { sayWaiting } from './waiting.ts';
import { type Draft, dropMessage, endTransfer, runIfThere, isOlder } from './draft.ts';
import { failTransfer } from './begin-transfer.ts';

/**
 * An operator closed the conversation. Ignored in `bot` (nothing to end) and in `transferring`: the selection is still
 * to come, so whatever was closed, it opens again.
 */
export function onClosed(draft: Draft, event: EventOf<'Closed'>): void {
  const { state, effects } = draft;
  if (state.mode === 'transferring' || isOlder(state, event.at)) return;
  if (state.mode === 'bot') {
    // As in `transferring`: one that LiveTex has not taken yet opens the conversation again.
    if (!state.messageLeft || state.selectedAt === null) return;
    dropMessage(draft, 'operator');
    draft.state = { ...draft.state, notBefore: event.at === null ? state.notBefore : event.at + 1 };
    effects.push({ do: 'authorLog', level: 'info', text: 'Оператор закрыл оставленное сообщение, не открыв его' });
    return;
  }
  effects.push({ do: 'notice', notice: 'returned' });
  endTransfer(draft, 'closed', 'operator');
  // What belongs to the next transfer is stamped later than this end, however little is known of LiveTex's clock then.
  if (event.at !== null) draft.state = { ...draft.state, notBefore: event.at + 1 };
  runIfThere(draft, 'return', 'returned');
}

/** LiveTex has no method to close a conversation, so its operator reads who answers from now on. */
const GONE = 'Клиент вернулся к боту, отвечает бот';

/** The lead wants the bot back, in whatever mode the dialog is: by one of the binding's phrases. */
export function leadExits(draft: Draft): void {
  const { context, effects } = draft;
  effects.push({ do: 'mirror', from: 'note', content: { text: GONE } });
  endTransfer(draft, 'exited', 'lead');
  const script = context.facts.exitScript ?? null;
  if (script !== null) effects.push({ do: 'run', script, cause: 'lead_exit', duringTransfer: false });
  else effects.push({ do: 'notice', notice: 'exited' });
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
  const endedBy = asksItself && state.returnScriptRan ? 'operator' : (event.by ?? 'script');
  if (endedBy !== 'operator') draft.effects.push({ do: 'mirror', from: 'note', content: { text: GONE } });
  endTransfer(draft, 'returned', endedBy);
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
  } else if (event.timer === 'waiting') {
    sayWaiting(draft, event.number);
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
