import type { EventOf } from '../contract/dialog.ts';
import { asked, groupFor, selectionFor, warn } from './begin-transfer.ts';
import { type Draft, laterBound, noteCourse } from './draft.ts';
import { fact } from './facts.ts';

/**
 * A message for whoever comes: LiveTex gets the dialog with its history, and the bot goes on answering until an operator opens it.
 * One at a time: what the lead says meanwhile is added to it.
 */
export function leaveMessage(draft: Draft, event: EventOf<'LeaveMessageRequested'>): void {
  const { state, context, effects } = draft;
  if (state.mode !== 'bot') return note(draft, 'Сообщение не оставлено: диалог уже у операторов');
  if (state.messageLeft) return note(draft, 'Сообщение операторам уже оставлено, второе не нужно');
  const group = groupFor(draft, event);
  const transfer = state.transfer + 1;
  const selection = selectionFor(context, event, group);
  draft.state = {
    ...state,
    transfer,
    messageLeft: true,
    selection,
    selecting: true,
    selectedAt: null,
    notBefore: laterBound(context.liveTexTime, state.notBefore),
    answered: false,
  };
  noteCourse(draft, { ...asked(draft, event, group), requestedAt: context.now });
  warn(draft, fact(context, 'profile').problem);
  effects.push({ do: 'select', transfer, again: false, selection }, { do: 'count', outcome: 'message_left' });
}

function note({ effects }: Draft, text: string): void {
  effects.push({ do: 'authorLog', level: 'info', text });
}
