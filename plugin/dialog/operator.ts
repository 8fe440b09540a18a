import type { Employee, EventOf } from '../contract/dialog.ts';
import {
  type Draft,
  endTransfer,
  runIfThere,
  countMessage,
  noteCourse,
  startReplyTimer,
  stopReplyTimer,
  isOlder,
  provesSelection,
} from './draft.ts';
import { operatorCommand, type OperatorCommand } from './facts.ts';
import { acceptSelection } from './begin-transfer.ts';
import { beginOwn, openDialog, startsDialog, takesMessage } from './open-dialog.ts';
import { maySayHold, stopWaiting } from './waiting.ts';

/** An operator read a message. */
export function onEmployeeRead(draft: Draft, event: EventOf<'EmployeeRead'>): void {
  if (isCurrent(draft, event.at)) connect(draft, event.employee, event.at);
}

/**
 * An operator's text goes to the lead in every mode: one that comes late, after the dialog went back to the bot, was
 * still meant for the lead. It changes nothing then.
 */
export function onOperatorText(draft: Draft, event: EventOf<'OperatorText'>): void {
  const command = operatorCommand(event.text);
  const isText = command === undefined && event.text.trim() !== '';
  const current = isCurrent(draft, event.at) || (isText && startsOwn(draft, event.at));
  const sent = sentOf(draft, event.at);
  if (current) spoke(draft, event.employee, event.at);
  if (command) {
    if (current) obey(draft, command);
    else note(draft, `Команда оператора «${command}» пришла, когда диалог был у бота: она ничего не делает`);
    return;
  }
  if (event.text.trim() === '') return;
  draft.effects.push({ do: 'showText', text: event.text, operator: event.employee?.name || null, ...sent });
  answered(draft, current);
}

export function onOperatorFile(draft: Draft, event: EventOf<'OperatorFile'>): void {
  const current = isCurrent(draft, event.at) || startsOwn(draft, event.at);
  const sent = sentOf(draft, event.at);
  if (current) spoke(draft, event.employee, event.at);
  draft.effects.push({ do: 'showFile', file: event, operator: event.employee?.name || null, ...sent });
  answered(draft, current);
}

/** An automatic "please wait": it would only mislead a lead whom the bot is answering. */
export function onHoldText(draft: Draft, event: EventOf<'HoldText'>): void {
  if (event.text.trim() === '') return;
  if (draft.state.mode === 'bot' || isOlder(draft.state, event.at)) {
    note(draft, 'LiveTex прислал текст ожидания, когда диалог был у бота: лиду он не показан');
    return;
  }
  if (!maySayHold(draft)) {
    note(draft, 'LiveTex прислал текст ожидания сразу после нашего: лиду он не показан');
    return;
  }
  draft.effects.push({ do: 'showText', text: event.text, operator: null, ...sentOf(draft, event.at) });
}

/** Looked at before the event counts: afterwards the newest one may be this one. */
function sentOf(
  { state }: Draft,
  at: number | null,
): { readonly sentAt: number | null; readonly isOvertaken: boolean } {
  const newest = state.employee?.at ?? null;
  return { sentAt: at, isOvertaken: at !== null && newest !== null && at < newest };
}

/** Does an employee's event belong to the transfer under way? */
function isCurrent(draft: Draft, at: number | null): boolean {
  const { state } = draft;
  if (state.mode === 'bot') return takesMessage(draft, at);
  if (isOlder(state, at)) return false;
  return state.mode !== 'transferring' || provesSelection(state, at);
}

/** An operator writes to a lead of the bot: then the dialog is theirs, if it is no late message. */
function startsOwn(draft: Draft, at: number | null): boolean {
  if (!startsDialog(draft, at)) return false;
  beginOwn(draft);
  return true;
}

/** An operator wrote: LiveTex has the dialog, also when it does not say who it was. */
function spoke(draft: Draft, employee: Employee | null, at: number | null): void {
  if (employee !== null) connect(draft, employee, at);
  else if (draft.state.mode === 'bot') openDialog(draft, false);
  else if (draft.state.mode === 'transferring') acceptSelection(draft);
}

/** Notice before that employee's message, once per change; an event older than the newest one of another employee changes nothing. */
function connect(draft: Draft, employee: Employee, at: number | null): void {
  if (draft.state.mode === 'bot') openDialog(draft, true);
  if (draft.state.mode === 'transferring') acceptSelection(draft);
  const connected = draft.state.employee;
  const isStale = at !== null && connected !== null && connected.at !== null && at < connected.at;
  if (isStale) return;
  const newest = at ?? connected?.at ?? null;
  if (connected?.id === employee.id) {
    draft.state = { ...draft.state, employee: { ...connected, at: newest } };
    return;
  }
  if (draft.state.mode === 'waiting') {
    stopWaiting(draft);
    if (draft.context.timeouts.pickupMs !== null) draft.effects.push({ do: 'unschedule', timer: 'pickup' });
    draft.effects.push({ do: 'count', outcome: 'connected' });
    draft.cause = 'operator_connected';
  }
  draft.state = { ...draft.state, mode: 'operator', employee: { ...employee, at: newest } };
  const connectedAt = draft.state.lastTransfer?.connectedAt ?? draft.context.now;
  noteCourse(draft, { connectedAt, operator: { id: employee.id, name: employee.name } });
  draft.effects.push({ do: 'notice', notice: 'operatorConnected', operator: employee.name });
  // Who opens the dialog and says nothing is silent as well.
  if (!draft.state.answered) startReplyTimer(draft);
}

function answered(draft: Draft, current: boolean): void {
  if (!current) {
    note(draft, 'Сообщение оператора пришло, когда диалог был у бота: оно показано лиду');
    return;
  }
  stopReplyTimer(draft);
  const { now } = draft.context;
  if (!draft.state.hasAnswered) noteCourse(draft, { answeredAt: now });
  countMessage(draft, 'operator');
  draft.state = { ...draft.state, answered: true, hasAnswered: true };
}

function obey(draft: Draft, command: OperatorCommand): void {
  if (command === '/operator') {
    if (!runIfThere(draft, 'transfer', 'operator_command', true)) {
      note(draft, 'Оператор ввёл /operator, но у бота нет скрипта типа «Перевод на оператора»');
    }
    return;
  }
  if (runIfThere(draft, 'return', 'operator_command', true)) {
    draft.state = { ...draft.state, returnScriptRan: true };
    return;
  }
  // Without a script there is nothing that could return the dialog, and that is what the operator wants.
  draft.effects.push({ do: 'notice', notice: 'returned' });
  endTransfer(draft, 'returned', 'operator');
}

function note(draft: Draft, text: string): void {
  draft.effects.push({ do: 'authorLog', level: 'info', text });
}
