import type { ScriptRef, ScriptType } from '../contract/script-types.ts';
import { foldedPhrase } from '../contract/exit-phrases.ts';
import type { DefaultGroups, Group } from '../contract/groups.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { Effect } from './effect.ts';
import type { DialogState, DialogEvent, EventOf } from '../contract/dialog.ts';
import { rescueOf } from './stumbles.ts';

/** What the machine cannot know by itself. Fetched before the transaction (`needsOf` says what), passed in with the event. */
export interface Facts {
  /** Fresh, at the transfer. `reason`: why the latest request failed, if it did. */
  readonly availability?: {
    /** `null`: unknown. */
    readonly groups: readonly Group[] | null;
    readonly reason?: string;
  };
  /** Ready for LiveTex. */
  readonly profile?: {
    readonly name: string | null;
    readonly attributes: Readonly<Record<string, string>>;
    readonly hidden?: Readonly<Record<string, string>>;
    /** What the author should know of them: too many, too long. */
    readonly problem?: string;
  };
  /** Those of the asked script types that the lead's bot has. */
  readonly scripts?: ReadonlySet<ScriptType>;
  /** What runs when the lead leaves the operator, if the lead's bot has it. */
  readonly exitScript?: ScriptRef | null;
}

/** What a binding's settings decide. */
export interface DialogSettings extends DefaultGroups {
  readonly schedule?: Schedule | undefined;
  /** How a lead leaves an operator. */
  readonly exit?: { readonly phrases: readonly string[]; readonly script: string } | undefined;
  readonly reopenOnOperatorText: boolean;
  /** Templates of attributes in the dialog's header. */
  readonly header?: Readonly<Record<string, string>>;
  /** After so many messages in a row that the bot could not help with an operator is asked for. */
  readonly safetyNet?:
    | { readonly scriptErrors?: number | undefined; readonly misunderstandings?: number | undefined }
    | undefined;
  /** What the lead reads while nobody has come yet. */
  readonly waiting?: { readonly text: string; readonly everySeconds: number; readonly times: number } | undefined;
}

export interface TransitionContext {
  /** Our clock, Unix ms. */
  readonly now: number;
  readonly timeouts: {
    readonly transferMs: number;
    /** `null`: no limit. */
    readonly pickupMs: number | null;
    readonly replyMs: number | null;
  };
  readonly settings: DialogSettings;
  /** LiveTex's clock, Unix ms: a time that is certainly past there; `null` when unknown. */
  readonly liveTexTime: number | null;
  readonly facts: Facts;
}

export interface Transition {
  readonly state: DialogState;
  readonly effects: readonly Effect[];
  /** Why the mode changed, for the timeline. */
  readonly cause: string;
}

/** A fact that `needsOf` asked for. @throws when it was not fetched: an error of ours, and nothing is committed */
export function fact<Name extends keyof Facts>(context: TransitionContext, name: Name): NonNullable<Facts[Name]> {
  const value = context.facts[name];
  if (value === undefined || value === null) throw new TypeError(`the fact "${name}" was not fetched`);
  return value;
}

/** Which facts a transition will ask for. */
export interface Needs {
  /** Fresh availability. */
  readonly transfer: boolean;
  readonly profile: boolean;
  readonly scripts: readonly ScriptType[];
  readonly exitScript: boolean;
}

const NOTHING: Needs = { transfer: false, profile: false, scripts: [], exitScript: false };

/** Can this kind of event need facts at all? For most of them the state need not be read in advance. `state`: if it is known. */
export function mayNeedFacts(event: DialogEvent, settings: DialogSettings, state?: DialogState): boolean {
  switch (event.type) {
    case 'LeadMessage':
      return state?.mode !== 'bot' && isExit(event, settings);
    case 'BotStumbled':
      return state === undefined ? settings.safetyNet !== undefined : rescueOf(state, event, settings) !== undefined;
    case 'SelectionAsked':
      return state === undefined || mustSelectAgain(state, event);
    case 'TransferRequested':
    case 'LeaveMessageRequested':
    case 'ReturnRequested':
    case 'SelectionRefused':
    case 'Closed':
      return true;
    case 'TimerFired':
      return event.timer !== 'waiting';
    case 'OperatorText':
      return operatorCommand(event.text) !== undefined;
    default:
      return false;
  }
}

/**
 * LiveTex asks for a group. In mode `bot` that is how it should be, and in `transferring` the selection is on its way.
 * Otherwise LiveTex has lost it (or never had it), so it is sent again, one at a time. An event that came before the
 * last selection was accepted asks for what has been done since.
 */
export function mustSelectAgain(state: DialogState, event: EventOf<'SelectionAsked'>): boolean {
  // Without one there is nothing to select: the bot has the dialog, and no message was left.
  if (state.mode === 'transferring' || state.selecting || state.selection === null) return false;
  return state.selectedAt === null || event.receivedAt > state.selectedAt;
}

/** What has to be known before `transition(state, event)`. */
export function needsOf(state: DialogState, event: DialogEvent, settings: DialogSettings): Needs {
  const transfer = { ...NOTHING, transfer: true, profile: true };
  if (event.type === 'TransferRequested') {
    return state.mode === 'bot' ? { ...transfer, scripts: ['no_operators'] } : NOTHING;
  }
  if (event.type === 'BotStumbled') {
    return rescueOf(state, event, settings) === undefined ? NOTHING : { ...transfer, scripts: ['no_operators'] };
  }
  if (event.type === 'LeaveMessageRequested') return state.mode === 'bot' && !state.messageLeft ? transfer : NOTHING;
  if (event.type === 'LeadMessage') return { ...NOTHING, exitScript: mayNeedFacts(event, settings, state) };
  if (event.type === 'SelectionAsked') return { ...NOTHING, profile: mustSelectAgain(state, event) };
  const isBots = state.mode === 'bot' && !state.messageLeft;
  return isBots ? NOTHING : { ...NOTHING, scripts: scriptsOf(event) };
}

function scriptsOf(event: DialogEvent): readonly ScriptType[] {
  switch (event.type) {
    case 'ReturnRequested':
    case 'Closed':
      return ['return'];
    case 'SelectionRefused':
      return ['no_operators'];
    case 'TimerFired':
      if (event.timer === 'waiting') return [];
      return event.timer === 'transfer' ? ['no_operators'] : ['operator_timeout', 'return'];
    case 'OperatorText': {
      const command = operatorCommand(event.text);
      if (command === undefined) return [];
      return command === '/bot' ? ['return'] : ['transfer'];
    }
    default:
      return [];
  }
}

/** Does the lead ask for the bot by this message? */
function isExit({ content, isEdit }: EventOf<'LeadMessage'>, { exit }: DialogSettings): boolean {
  if (exit === undefined || isEdit === true || content.text === undefined) return false;
  const said = foldedPhrase(content.text);
  return exit.phrases.some((phrase) => foldedPhrase(phrase) === said);
}

/** What an operator may type in LiveTex instead of a text to the lead (Metabot24's documentation, "LiveTex"). */
export type OperatorCommand = '/bot' | '/operator';

export function operatorCommand(text: string): OperatorCommand | undefined {
  const typed = text.trim().toLowerCase();
  return typed === '/bot' || typed === '/operator' ? typed : undefined;
}
