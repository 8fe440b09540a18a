import { codeOf, messageOf } from '../../../plugin/contract/coded-error.ts';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import type { TranscriptMessage } from '../../runtime/contract.ts';
import type { RuntimeHandle } from '../model/watched-runtime.ts';
import { pressText } from '../../channels/render-line.ts';
import { groupNamed, hasUnread, operatorName } from '../model/desk.ts';
import type { Faults } from '../model/faults.ts';
import type { Journal } from '../model/journal.ts';
import type { Leads } from '../model/leads.ts';
import { onOneLine } from '../timeline/entry-draft.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Command } from './command-schema.ts';

/** What the commands act on. */
export interface CommandContext {
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly leads: Leads;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly emulator: LiveTexEmulator;
  readonly runtime: RuntimeHandle;
  readonly clock: Clock;
  /** A new id for a lead within its channel. */
  readonly newId: () => string;
  /** Never rejects: how it ended is told on the page. */
  restart(): Promise<void>;
  operatorsChanged(): void;
}

/** A command's end. `unavailable`: nothing was done, send it again. */
export type CommandResult =
  | { readonly ok: true; readonly userId?: string }
  | { readonly ok: false; readonly reason: 'refused' | 'unavailable'; readonly problems: readonly string[] };

type LeadCommand = Extract<Command, { do: 'lead_add' | 'lead_again' | 'lead_forget' | 'lead_hasten' | 'lead_say' }>;
type DeskCommand = Extract<Command, { userId: string; do: `desk_${string}` }>;

/** Does what the page asked for. */
export async function perform(command: Command, context: CommandContext): Promise<CommandResult> {
  try {
    switch (command.do) {
      case 'lead_add':
      case 'lead_again':
      case 'lead_forget':
      case 'lead_hasten':
      case 'lead_say':
        return await performLead(command, context);
      case 'operator_status': {
        context.emulator.operators.setStatus(command.operatorId, command.status);
        context.operatorsChanged();
        tell(context, 'status', command.operatorId, { text: command.status });
        const operator = nameOf(context, command.operatorId);
        context.recorder.action(undefined, { does: 'status', operator, status: command.status });
        return { ok: true };
      }
      case 'operator_add': {
        const { firstName, lastName, group } = command;
        const operator = context.emulator.operators.add({
          firstName,
          ...(lastName === undefined ? {} : { lastName }),
          ...(group === undefined ? {} : { groupId: groupNamed(context.emulator, group) }),
          status: 'online',
        });
        context.operatorsChanged();
        tell(context, 'added', operator.id, {});
        return { ok: true };
      }
      case 'fault': {
        if (context.faults.set(command.name, command.on)) tellFault(context, command.name, command.on);
        return { ok: true };
      }
      case 'faults_clear': {
        if (context.faults.clear()) tellFault(context, 'all', false);
        return { ok: true };
      }
      case 'restart': {
        // Not awaited: the server that this request came to waits for its requests before it closes.
        void context.restart();
        return { ok: true };
      }
      default:
        performDesk(command, context);
        return { ok: true };
    }
  } catch (error) {
    return { ok: false, reason: 'refused', problems: [messageOf(error)] };
  }
}

async function performLead(command: LeadCommand, context: CommandContext): Promise<CommandResult> {
  if (command.do === 'lead_add') {
    const { channel, name, externalId = context.newId() } = command;
    return { ok: true, userId: context.leads.add({ channel, name, externalId }).userId };
  }
  const lead = context.journal.get('lead', command.userId);
  if (lead === undefined) return { ok: false, reason: 'refused', problems: [`there is no lead "${command.userId}"`] };
  if (command.do === 'lead_again') return { ok: true, userId: context.leads.replace(lead, context.newId()).userId };
  const { channel, externalId, name } = lead;
  if (command.do === 'lead_hasten') {
    const gone: CommandResult = { ok: false, reason: 'refused', problems: ['there is no such run any more'] };
    const run = lead.scheduled.find(({ n }) => n === command.n);
    if (run === undefined) return gone;
    // Before the run, so that what it says comes behind it in the recording. Should the run have begun by itself meanwhile, a wait
    // of what was left changes nothing there.
    const seconds = Math.max(0, Math.ceil((run.at - context.clock.now()) / 1_000));
    context.recorder.action(lead.userId, { does: 'wait', seconds });
    return (await context.runtime.current().hasten(channel, externalId, command.n)) ? { ok: true } : gone;
  }
  if (command.do === 'lead_forget') {
    const forgotten = await context.runtime.current().forgetLead(channel, externalId);
    if (forgotten?.underWay === true) {
      const problems = ['something is still being done for this lead: forget it again in a moment'];
      return { ok: false, reason: 'refused', problems };
    }
    context.recorder.forget(lead.userId);
    context.timeline.forget(lead.userId);
    return { ok: true, userId: context.leads.forget(lead, context.newId()).userId };
  }
  const { id, press, attachments } = command;
  try {
    const lineAt = async (seq: number): Promise<TranscriptMessage | undefined> =>
      (await context.runtime.current().messages(channel, externalId, seq - 1, { maxLines: 1, maxSize: Infinity }))[0];
    const text = press === undefined ? command.text : await pressText(press, lineAt);
    if (press !== undefined && text === undefined)
      return { ok: false, reason: 'refused', problems: ['the message of this button is there no more'] };
    await context.runtime.current().receive({
      channel,
      externalId,
      name,
      id,
      ...(text === undefined ? {} : { text }),
      ...(attachments === undefined ? {} : { attachments }),
    });
    return { ok: true };
  } catch (error) {
    // Only a message that is not valid is refused for good; anything else (a runtime that is being restarted) passes.
    const reason = codeOf(error) === 'message_invalid' ? 'refused' : 'unavailable';
    return { ok: false, reason, problems: [messageOf(error)] };
  }
}

/** The entry comes before the action: the emulator may send its webhook at once, and that is what the entry caused. */
function performDesk(command: DeskCommand, context: CommandContext): void {
  const { emulator, recorder } = context;
  const { userId } = command;
  const operator = command.do === 'desk_hold' ? '' : nameOf(context, command.operatorId);
  switch (command.do) {
    case 'desk_read':
      recorder.action(userId, { does: 'read', operator });
      tell(context, 'read', command.operatorId, { userId });
      return emulator.dialogs.read(userId, command.operatorId);
    case 'desk_reply':
      recorder.action(userId, { does: 'reply', operator, text: command.text });
      readFirst(userId, command.operatorId, context);
      tell(context, 'reply', command.operatorId, { userId, text: command.text });
      return emulator.dialogs.start(userId, command.operatorId, command.text);
    case 'desk_file': {
      const file = { url: command.url, ...(command.name === undefined ? {} : { name: command.name }) };
      recorder.action(userId, { does: 'file', operator, ...file });
      readFirst(userId, command.operatorId, context);
      tell(context, 'file', command.operatorId, { userId, text: command.name ?? command.url });
      return emulator.dialogs.sendFile(userId, command.operatorId, file);
    }
    case 'desk_hold':
      recorder.action(userId, { does: 'hold', text: command.text });
      tell(context, 'hold', undefined, { userId, text: command.text });
      return emulator.dialogs.hold(userId, command.text);
    case 'desk_transfer': {
      const to = nameOf(context, command.toOperatorId);
      recorder.action(userId, { does: 'transfer', operator, to });
      tell(context, 'transfer', command.operatorId, { userId, text: to });
      return emulator.dialogs.transfer(userId, command.toOperatorId);
    }
    case 'desk_close':
      recorder.action(userId, { does: 'close', operator });
      tell(context, 'close', command.operatorId, { userId });
      return emulator.dialogs.close(userId, command.operatorId);
  }
}

/** Who answers has seen what was written: an operator's application reports that first. It is no action of its own: a replay does the same. */
function readFirst(userId: string, operatorId: string, context: CommandContext): void {
  if (!hasUnread(context.emulator.dialogs.get(userId))) return;
  tell(context, 'read', operatorId, { userId });
  context.emulator.dialogs.read(userId, operatorId);
}

function tell(
  context: CommandContext,
  action: 'status' | 'added' | 'read' | 'reply' | 'file' | 'hold' | 'transfer' | 'close',
  operatorId: string | undefined,
  about: { readonly userId?: string; readonly text?: string },
): void {
  const text = about.text ?? '';
  context.timeline.add({
    at: context.clock.now(),
    ...(about.userId === undefined ? {} : { userId: about.userId }),
    level: 'info',
    facts: { kind: 'operator', action, operator: nameOf(context, operatorId), text: onOneLine(text) },
    ...(text === '' ? {} : { detail: { text } }),
  });
}

function tellFault(context: CommandContext, fault: Parameters<Faults['set']>[0] | 'all', on: boolean): void {
  context.timeline.add({ at: context.clock.now(), level: on ? 'warn' : 'info', facts: { kind: 'fault', fault, on } });
}

function nameOf(context: CommandContext, operatorId: string | undefined): string {
  const operator = context.emulator.operators.list().find(({ id }) => id === operatorId);
  return operator === undefined ? '' : operatorName(operator);
}
