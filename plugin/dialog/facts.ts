import type { ScriptType } from '../contract/script-types.ts';
import type { DefaultGroups, Group } from '../contract/groups.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { Effect } from './effect.ts';
import type { DialogState, DialogEvent, EventOf } from '../contract/dialog.ts';

/** What the machine cannot know by itself. Fetched before the transaction (`needsOf` says what), passed in with the event. */
export interface Facts {
  /** Fresh, at the transfer. `reason`: why the latest request failed, if it did. */
  readonly availability?: {
    /** `null`: unknown. */
    readonly groups: readonly Group[] | null;
    readonly reason?: string;
  };
  /** LiveTex's clock, Unix ms: a time that is certainly past there; `null` when unknown. */
  readonly liveTexTime?: number | null;
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
  /** The header shows what the lead wrote last. */
  readonly keepsLeadMessage?: boolean;
  /** The binding's. */
  readonly settings: DefaultGroups & { readonly schedule?: Schedule | undefined };
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
  /** Fresh availability and LiveTex's time. */
  readonly transfer: boolean;
  readonly profile: boolean;
  readonly scripts: readonly ScriptType[];
}

const NOTHING: Needs = { transfer: false, profile: false, scripts: [] };

/** Can this kind of event need facts at all? For most of them the state need not be read in advance. `state`: if it is known. */
export function mayNeedFacts(event: DialogEvent, state?: DialogState): boolean {
  switch (event.type) {
    case 'SelectionAsked':
      return state === undefined || mustSelectAgain(state, event);
    case 'TransferRequested':
    case 'ReturnRequested':
    case 'SelectionRefused':
    case 'TimerFired':
    case 'Closed':
      return true;
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
  if (state.mode === 'bot' || state.mode === 'transferring' || state.selecting || state.selection === null)
    return false;
  return state.selectedAt === null || event.receivedAt > state.selectedAt;
}

/** What has to be known before `transition(state, event)`. */
export function needsOf(state: DialogState, event: DialogEvent): Needs {
  if (event.type === 'TransferRequested') {
    return state.mode === 'bot' ? { transfer: true, profile: true, scripts: ['no_operators'] } : NOTHING;
  }
  if (event.type === 'SelectionAsked') return { ...NOTHING, profile: mustSelectAgain(state, event) };
  return state.mode === 'bot' ? NOTHING : { ...NOTHING, scripts: scriptsOf(event) };
}

function scriptsOf(event: DialogEvent): readonly ScriptType[] {
  switch (event.type) {
    case 'ReturnRequested':
    case 'Closed':
      return ['return'];
    case 'SelectionRefused':
      return ['no_operators'];
    case 'TimerFired':
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

/** What an operator may type in LiveTex instead of a text to the lead (Metabot24's documentation, "LiveTex"). */
export type OperatorCommand = '/bot' | '/operator';

export function operatorCommand(text: string): OperatorCommand | undefined {
  const typed = text.trim().toLowerCase();
  return typed === '/bot' || typed === '/operator' ? typed : undefined;
}
