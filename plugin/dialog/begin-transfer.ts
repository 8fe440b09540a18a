import type { EventOf, Selection, TransferCourse } from '../contract/dialog.ts';
import { chooseGroup, type Group, unknownGroupsNote, type WantedGroups } from '../contract/groups.ts';
import { isWorkingTime } from '../contract/schedule.ts';
import { type Draft, runIfThere, laterBound, dropMessage, endTransfer, noteCourse } from './draft.ts';
import { fact, mustSelectAgain, type TransitionContext } from './facts.ts';
import { startWaiting } from './waiting.ts';

/** The transfer table (`docs/dialogs.md`): by fresh availability and the script of type `Нет доступных операторов`. */
export function requestTransfer(draft: Draft, event: EventOf<'TransferRequested'>): void {
  // One is under way: the second request of an impatient lead or of a script that asks twice does nothing.
  if (draft.state.mode !== 'bot') return;
  const group = groupFor(draft, event);
  const goes = event.ignoreOffline === true || (group?.online === true && isOpen(draft));
  if (!goes && fact(draft.context, 'scripts').has('no_operators')) {
    // Whoever asks for an operator in the script for "no operators" means LiveTex's queue; running it again would never end.
    if (event.scriptType !== 'no_operators') {
      offerNoOperatorsScript(draft, asked(draft, event, group));
      return;
    }
  }
  beginTransfer(draft, event, group);
}

/** The group that the dialog goes to; `undefined`: unknown, or LiveTex has none. What the author should know of it stands in the log. */
export function groupFor(draft: Draft, wanted: WantedGroups): Group | undefined {
  const { groups, reason } = fact(draft.context, 'availability');
  if (groups === null) {
    const why = reason === undefined ? '' : `: ${reason}`;
    warn(draft, `Неизвестно, есть ли операторы онлайн, поэтому считаем, что их нет${why}`);
    return undefined;
  }
  const choice = chooseGroup(groups, wanted, draft.context.settings);
  warn(draft, unknownGroupsNote(groups, choice));
  return choice.group;
}

/** Do operators work now? Outside their hours a transfer is as with nobody online, whatever statuses LiveTex has. */
function isOpen({ context, effects }: Draft): boolean {
  if (isWorkingTime(context.settings.schedule, context.now)) return true;
  const text = 'Сейчас нерабочее время (schedule): считаем, что операторов нет';
  effects.push({ do: 'authorLog', level: 'info', text });
  return false;
}

/** What the author should read, if there is something. */
export function warn({ effects }: Draft, text: string | undefined): void {
  if (text !== undefined) effects.push({ do: 'authorLog', level: 'warn', text });
}

type Asked = Pick<TransferCourse, 'reason' | 'script' | 'group' | 'operators'>;

/** What was asked for, and who was there. */
export function asked(
  { context }: Draft,
  { reason, script }: Pick<EventOf<'TransferRequested'>, 'reason' | 'script'>,
  group: Group | undefined,
): Asked {
  return {
    reason: reason ?? null,
    script: script ?? null,
    group: group === undefined ? null : { id: group.id, name: group.name },
    operators: fact(context, 'availability').groups === null ? 'unknown' : group?.online ? 'online' : 'none',
  };
}

function offerNoOperatorsScript(draft: Draft, request: Asked): void {
  if (draft.state.noOperatorsScriptRan) {
    // The lead has said nothing since: a script asks in a loop, or asks twice. Once is enough.
    draft.effects.push({
      do: 'authorLog',
      level: 'warn',
      text: 'Перевод запрошен ещё раз, но операторов нет, а скрипт «Нет доступных операторов» уже запущен: запрос пропущен',
    });
    return;
  }
  runIfThere(draft, 'no_operators', 'no_operators');
  draft.effects.push({ do: 'count', outcome: 'no_operators' }, { do: 'turnAway', ...request });
  draft.state = { ...draft.state, noOperatorsScriptRan: true };
}

function beginTransfer(draft: Draft, event: EventOf<'TransferRequested'>, group: Group | undefined): void {
  const { context } = draft;
  const selection = selectionFor(context, event, group);
  const transfer = draft.state.transfer + 1;
  draft.state = {
    ...draft.state,
    mode: 'transferring',
    transfer,
    selection,
    selecting: true,
    notBefore: laterBound(context.liveTexTime, draft.state.notBefore),
    // The request itself is what the operator has to answer.
    answered: false,
    noOperatorsScriptRan: false,
    stumbles: null,
    // What was left for operators comes to them with this.
    messageLeft: false,
    selectedAt: null,
  };
  noteCourse(draft, { ...asked(draft, event, group), requestedAt: context.now });
  draft.cause = 'transfer_requested';
  warn(draft, fact(context, 'profile').problem);
  draft.effects.push(
    { do: 'select', transfer, again: false, selection },
    { do: 'schedule', timer: 'transfer', transfer, number: 0, at: context.now + context.timeouts.transferMs },
    { do: 'count', outcome: 'started' },
  );
}

/** What LiveTex is told: the group, and who the lead is. */
export function selectionFor(
  context: TransitionContext,
  { group: named, reserve }: WantedGroups,
  group: Group | undefined,
): Selection {
  const wanted = { ...(named === undefined ? {} : { group: named }), ...(reserve === undefined ? {} : { reserve }) };
  return {
    groupId: group?.id ?? null,
    ...(group === undefined ? {} : { groupName: group.name }),
    ...ofLead(context),
    ...(Object.keys(wanted).length === 0 ? {} : { wanted }),
  };
}

/** LiveTex has the dialog: flag and notice, once, and the wait for an operator begins. */
export function acceptSelection(draft: Draft): void {
  const { effects, context } = draft;
  const { transfer } = draft.state;
  draft.state = { ...draft.state, mode: 'waiting', forwarded: true, selectedAt: context.now };
  noteCourse(draft, { acceptedAt: draft.state.lastTransfer?.acceptedAt ?? context.now });
  draft.cause = 'selection_accepted';
  effects.push(
    { do: 'unschedule', timer: 'transfer' },
    { do: 'forwarded', forwarded: true },
    { do: 'notice', notice: 'transferred' },
    { do: 'count', outcome: 'accepted' },
  );
  if (context.timeouts.pickupMs !== null) {
    effects.push({ do: 'schedule', timer: 'pickup', transfer, number: 0, at: context.now + context.timeouts.pickupMs });
  }
  startWaiting(draft);
}

export function onSelected(draft: Draft, event: EventOf<'Selected'>): void {
  const { state } = draft;
  if (event.transfer !== state.transfer || (state.mode === 'bot' && !state.messageLeft)) {
    // It was on its way when the dialog went back; LiveTex has no method to take a selection back.
    draft.effects.push({
      do: 'authorLog',
      level: 'warn',
      text: 'LiveTex принял диалог уже после отмены перевода: операторы его видят, но отвечает бот',
    });
    return;
  }
  if (state.mode === 'transferring') acceptSelection(draft);
  if (state.mode === 'bot' && state.selectedAt === null) noteCourse(draft, { acceptedAt: draft.context.now });
  if (state.mode === 'transferring' || state.mode === 'bot') {
    draft.state = { ...draft.state, notBefore: laterBound(event.notBefore, state.notBefore) };
  }
  const { selection } = draft.state;
  draft.state = {
    ...draft.state,
    selecting: false,
    selectedAt: draft.context.now,
    selection: selection && { ...selection, ...chosenGroup(event) },
  };
  if (event.groupId !== undefined) noteCourse(draft, { group: { id: event.groupId, name: event.groupName ?? null } });
  warn(draft, event.note);
}

function chosenGroup({ groupId, groupName }: EventOf<'Selected'>): Partial<Selection> {
  return groupId === undefined ? {} : { groupId, groupName: groupName ?? groupId };
}

/**
 * LiveTex refuses a selection for good. That ends a transfer which it has not accepted yet. Once it has, by its answer or
 * by an operator's act, it refuses a repeat most likely because the conversation is open (its documentation does not say
 * what selecting twice does): an operator who has the dialog keeps it.
 */
export function onSelectionRefused(draft: Draft, event: EventOf<'SelectionRefused'>): void {
  const { state } = draft;
  if (event.transfer !== state.transfer || (state.mode === 'bot' && !state.messageLeft)) return;
  if (state.mode === 'bot' && state.selectedAt === null) {
    dropMessage(draft, 'refused');
    const text = `Оставить сообщение операторам не удалось: ${event.reason}`;
    draft.effects.push({ do: 'authorLog', level: 'error', text });
    return;
  }
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
  endTransfer(draft, outcome, 'refused');
  draft.effects.push({ do: 'authorLog', level: 'error', text: reason });
  if (runIfThere(draft, 'no_operators', 'transfer_failed')) {
    draft.state = { ...draft.state, noOperatorsScriptRan: true };
  }
}

/** LiveTex asks for a group: it gets the selection once more, for the dialog's own group, with what is known of the lead now. */
export function onSelectionAsked(draft: Draft, event: EventOf<'SelectionAsked'>): void {
  const { state, context } = draft;
  if (!mustSelectAgain(state, event) || state.selection === null) return;
  const selection = { ...state.selection, ...ofLead(context), ...groupAgain(draft, state.selection, event) };
  draft.state = { ...state, selecting: true, selection };
  draft.effects.push({ do: 'select', transfer: state.transfer, again: true, selection });
}

/** What a selection tells of the lead. */
function ofLead(context: TransitionContext): Pick<Selection, 'name' | 'attributes' | 'hidden'> {
  const { name, attributes, hidden = {} } = fact(context, 'profile');
  return { name, attributes: { ...attributes }, hidden: { ...hidden } };
}

/** The dialog's group; when LiveTex has it no more, as at a transfer. */
function groupAgain(draft: Draft, selection: Selection, event: EventOf<'SelectionAsked'>): Partial<Selection> {
  const { groupId, groupName = groupId, wanted = {} } = selection;
  const first = event.groupId ?? undefined;
  const groups = event.groups ?? (first === undefined ? [] : [{ id: first, name: first, online: false, free: false }]);
  if (groupId === null || groups.length === 0 || groups.some(({ id }) => id === groupId)) return {};
  const { group } = chooseGroup(groups, wanted, draft.context.settings);
  warn(draft, unknownGroupsNote(groups, { group, unknown: [groupName ?? groupId] }));
  return group === undefined ? {} : { groupId: group.id, groupName: group.name };
}
