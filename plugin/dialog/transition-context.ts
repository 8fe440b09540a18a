import type { ScriptType } from '../contract/script-types.ts';
import type { Effect } from './effect.ts';
import type { DialogState } from '../contract/dialog-state.ts';

/** What the machine cannot know by itself. Fetched before the transaction (`needsOf` says what), passed in with the event. */
export interface Facts {
  /** Fresh, at the transfer. `reason`: why the latest request failed, if it did. */
  readonly availability?: {
    readonly state: 'online' | 'none' | 'unknown';
    readonly groupId: string | null;
    readonly reason?: string;
  };
  /** LiveTex's clock, Unix ms: a time that is certainly past there; `null` when unknown. */
  readonly liveTexTime?: number | null;
  /** Ready for LiveTex. */
  readonly profile?: { readonly name: string | null; readonly attributes: Readonly<Record<string, string>> };
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
