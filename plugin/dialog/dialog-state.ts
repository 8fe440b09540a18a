import {
  type DialogView,
  type DialogState,
  type LastTransfer,
  STATE_FORMAT,
  dialogStateSchema,
} from '../contract/dialog.ts';

/** A dialog that nothing has happened in. */
export const NEW_DIALOG: DialogState = {
  format: STATE_FORMAT,
  mode: 'bot',
  transfer: 0,
  forwarded: false,
  employee: null,
  selection: null,
  selecting: false,
  selectedAt: null,
  notBefore: null,
  replyTimer: null,
  replyTimers: 0,
  answered: false,
  hasAnswered: false,
  returnScriptRan: false,
  noOperatorsScriptRan: false,
  messageLeft: false,
  waits: null,
  stumbles: null,
  lastLeadMessage: null,
  lastTransfer: null,
};

/** From format N to N+1, at index N-1. Empty while there has been one format only. */
const STEPS: ReadonlyArray<(older: Record<string, unknown>) => Record<string, unknown>> = [];

/** A stored dialog, brought up to the present format; `undefined` for one that was never stored. @throws on a state of a newer version */
export function loadDialog(stored: unknown): DialogState {
  if (stored === undefined) return NEW_DIALOG;
  let state = stored as Record<string, unknown>;
  for (const step of STEPS.slice(Number(state['format']) - 1)) state = step(state);
  return dialogStateSchema.parse(state);
}

/** A dialog as others may see it. */
export function viewOf(state: DialogState, binding: string | null): DialogView {
  const operator =
    state.mode === 'operator' && state.employee ? { id: state.employee.id, name: state.employee.name } : null;
  const { mode, transfer, forwarded } = state;
  return { mode, transfer, operator, forwarded, binding, ...pendingOf(state) };
}

function pendingOf({ mode, messageLeft, lastTransfer, waits }: DialogState): Pick<DialogView, 'pending'> {
  if (mode !== 'transferring' && mode !== 'waiting' && !messageLeft) return {};
  const { reason, group, requestedAt } = lastTransfer ?? { reason: null, group: null, requestedAt: null };
  return {
    pending: {
      messageLeft,
      reason,
      group: group && (group.name ?? group.id),
      since: requestedAt,
      textsRead: waits?.told ?? 0,
    },
  };
}

/** The latest transfer as scripts may see it; `null`: there was none. */
export function lastTransferOf({ lastTransfer }: DialogState): LastTransfer | null {
  if (lastTransfer === null) return null;
  const { group, operator, script: _script, operators: _operators, messages: _messages, ...course } = lastTransfer;
  const nameOf = (one: { id: string; name: string | null } | null): string | null => one && (one.name || one.id);
  return { ...course, group: nameOf(group), operator: nameOf(operator) };
}
