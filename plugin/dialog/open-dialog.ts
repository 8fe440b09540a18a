import type { Selection } from '../contract/dialog.ts';
import { acceptSelection } from './begin-transfer.ts';
import { type Draft, isOlder, noteCourse, provesSelection } from './draft.ts';

/** Of an operator's own start nothing was selected; LiveTex asks for none while the operator has the conversation. */
const NOTHING_SELECTED: Selection = { groupId: null, name: null, attributes: {}, hidden: {} };

/** Does what an employee did, at this time of LiveTex's, take a message that was left? Reading is enough. */
export function takesMessage({ state }: Draft, at: number | null): boolean {
  if (state.mode !== 'bot' || !state.messageLeft || isOlder(state, at)) return false;
  return state.selectedAt !== null || provesSelection(state, at);
}

/**
 * Does an operator who writes to a lead of the bot start a dialog? Only with what was certainly written after the last end: a
 * message that comes late must not silence the bot.
 */
export function startsDialog({ state, context }: Draft, at: number | null): boolean {
  if (state.mode !== 'bot' || !context.settings.reopenOnOperatorText || at === null) return false;
  return state.notBefore === null || at >= state.notBefore;
}

/** A transfer of the operator's own, behind which no request of the bot stands. */
export function beginOwn(draft: Draft): void {
  const { state, context } = draft;
  draft.state = {
    ...state,
    transfer: state.transfer + 1,
    messageLeft: false,
    selection: NOTHING_SELECTED,
    selecting: false,
    selectedAt: null,
    answered: false,
    noOperatorsScriptRan: false,
  };
  noteCourse(draft, { requestedAt: context.now, operators: 'online' });
  draft.effects.push({ do: 'count', outcome: 'operator_started' });
}

/** The operators have the dialog: with one whom LiveTex names, who is announced at once; without, as after a transfer. */
export function openDialog(draft: Draft, isNamed: boolean): void {
  const { context } = draft;
  draft.state = { ...draft.state, mode: 'transferring', messageLeft: false, stumbles: null };
  if (!isNamed) return acceptSelection(draft);
  const { selectedAt } = draft.state;
  draft.state = { ...draft.state, mode: 'waiting', forwarded: true, selectedAt: selectedAt ?? context.now };
  noteCourse(draft, { acceptedAt: draft.state.lastTransfer?.acceptedAt ?? context.now });
  draft.effects.push({ do: 'forwarded', forwarded: true });
}
