import { requestTransfer, onSelected, onSelectionAsked, onSelectionRefused } from './begin-transfer.ts';
import { namesVariable } from '../contract/header-templates.ts';
import type { DialogEvent, DialogState, EventOf } from '../contract/dialog.ts';
import { type Draft, countMessage, startReplyTimer } from './draft.ts';
import { leadExits, onClosed, onReturnRequested, onTimer } from './end-transfer.ts';
import { onEmployeeRead, onHoldText, onOperatorFile, onOperatorText } from './operator.ts';
import { mayNeedFacts, type Transition, type TransitionContext } from './facts.ts';
import { leaveMessage } from './leave-message.ts';
import { afterLeadMessage, rescueOf, withStumble } from './stumbles.ts';

/**
 * The dialog machine: what a dialog becomes by an event, and what shall happen then (`docs/dialogs.md`). Pure. Needs the
 * facts that `needsOf(state, event)` names.
 */
export function transition(state: DialogState, event: DialogEvent, context: TransitionContext): Transition {
  const draft: Draft = { state, effects: [], cause: event.type, context };
  step(draft, event);
  return { state: draft.state, effects: draft.effects, cause: draft.cause };
}

function step(draft: Draft, event: DialogEvent): void {
  switch (event.type) {
    case 'LeadMessage':
      draft.effects.push({
        do: 'mirror',
        from: 'lead',
        content: event.content,
        ...(event.choice === undefined ? {} : { choice: event.choice }),
        ...(event.isEdit === undefined ? {} : { isEdit: true }),
      });
      // A correction is no new word: nobody owes an answer to it, and it asks for no operator again.
      if (event.isEdit === undefined) heardLead(draft, event);
      if (draft.state.mode !== 'bot' && mayNeedFacts(event, draft.context.settings)) leadExits(draft);
      return;
    case 'BotMessage':
      // Its verdict was given when it was said. Mirrored in every mode, since the lead has it.
      draft.effects.push({ do: 'mirror', from: 'bot', content: event.content });
      return;
    case 'OperatorNote':
      return onOperatorNote(draft, event);
    case 'BotStumbled':
      return onBotStumbled(draft, event);
    case 'TransferRequested':
      return requestTransfer(draft, event);
    case 'LeaveMessageRequested':
      return leaveMessage(draft, event);
    case 'ReturnRequested':
      return onReturnRequested(draft, event);
    case 'Selected':
      return onSelected(draft, event);
    case 'SelectionRefused':
      return onSelectionRefused(draft, event);
    case 'TimerFired':
      return onTimer(draft, event);
    case 'SelectionAsked':
      return onSelectionAsked(draft, event);
    case 'EmployeeRead':
      return onEmployeeRead(draft, event);
    case 'OperatorText':
      return onOperatorText(draft, event);
    case 'OperatorFile':
      return onOperatorFile(draft, event);
    case 'HoldText':
      return onHoldText(draft, event);
    case 'Closed':
      return onClosed(draft, event);
  }
}

/** A line for the operator alone: kept from a dialog that the bot has, where nobody would read it. */
function onOperatorNote(draft: Draft, { text }: EventOf<'OperatorNote'>): void {
  if (draft.state.mode === 'bot') {
    const told = 'Диалог у бота: строка для оператора (notifyOperator) никому не отправлена';
    draft.effects.push({ do: 'authorLog', level: 'info', text: told });
    return;
  }
  draft.effects.push({ do: 'mirror', from: 'note', content: { text } });
}

/** After so many in a row the bot asks for an operator itself, as a script would. */
function onBotStumbled(draft: Draft, event: EventOf<'BotStumbled'>): void {
  const { state, context } = draft;
  if (state.mode !== 'bot' || context.settings.safetyNet === undefined) return;
  const request = rescueOf(state, event, context.settings);
  draft.state = { ...state, stumbles: request === undefined ? withStumble(state, event) : null };
  if (request === undefined) return;
  draft.effects.push({ do: 'authorLog', level: 'warn', text: `${request.reason}: зовём оператора (safetyNet)` });
  requestTransfer(draft, request);
}

/** Longest part of a lead's message that the header shows, UTF-16 units. Our choice: a question, not a letter. */
const MAX_LAST_MESSAGE = 500;

/** What a message says, for the header: a menu item by its caption, a file by its name. */
function wordsOf({ content, choice }: EventOf<'LeadMessage'>): string {
  const [file] = content.attachments ?? [];
  const words = choice ?? (content.text || (file?.name ?? file?.url ?? ''));
  return words.slice(0, MAX_LAST_MESSAGE).toWellFormed();
}

function heardLead(draft: Draft, event: EventOf<'LeadMessage'>): void {
  // Kept only where the header shows it.
  if (namesVariable(draft.context.settings.header ?? {}, 'lastLeadMessage'))
    draft.state = { ...draft.state, lastLeadMessage: wordsOf(event) };
  if (draft.state.stumbles !== null) draft.state = { ...draft.state, stumbles: afterLeadMessage(draft.state) };
  const { state } = draft;
  if (state.answered || state.noOperatorsScriptRan) {
    draft.state = { ...state, answered: false, noOperatorsScriptRan: false };
  }
  if (state.mode !== 'bot') countMessage(draft, 'lead');
  if (state.mode === 'operator') startReplyTimer(draft);
}
