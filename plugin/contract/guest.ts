/**
 * The wall between the plugin's guest code and the platform, the host's side; the guest's is in `guest-platform.ts`.
 * Only JSON strings cross (`docs/decisions/0003-only-strings-cross.md`).
 */
import type { TransferWishes } from './events.ts';
import type { Json } from './guest-platform.ts';
import type { LeadRef } from './lead.ts';
import type { ScriptRef } from './script-types.ts';

export type { GuestPlatform, InstallGuest, Json } from './guest-platform.ts';

/** Which run a host function is called from. */
export interface GuestCallContext {
  readonly lead: LeadRef;
  readonly signal: AbortSignal;
}

/** A host function: parses its arguments itself (they come from an untrusted script). A rejection with a `code` reaches the script as code and message. */
export type GuestFunction = (context: GuestCallContext, args: unknown) => Promise<Json>;

/** What a host function would answer at once. */
export interface KnownAnswer {
  /** Of the function. */
  readonly name: string;
  readonly args: Json;
  readonly value: Json;
  /** How long it may be answered so, ms. */
  readonly forMs: number;
}

/** The plugin's part in the sandbox. */
export interface PluginGuest {
  /** JavaScript that, run as a function body in the sandbox, returns an `InstallGuest`. */
  readonly source: string;
  /** What `GuestPlatform.call` reaches, by name. */
  readonly functions: ReadonlyMap<string, GuestFunction>;
  /**
   * What its functions would answer at once to a script of this lead. A platform may give it to the script beforehand: then a
   * call that it answers crosses no wall. Must not wait. Left out: nothing is known.
   */
  readonly known?: (lead: LeadRef) => readonly KnownAnswer[];
}

/** What the platform does after a script for the actions that the script asked the plugin for. */
export type AfterScript =
  | { readonly do: 'event'; readonly event: 'TransferRequested'; readonly wishes?: TransferWishes }
  | {
      readonly do: 'event';
      readonly event: 'LeaveMessageRequested';
      readonly wishes?: Pick<TransferWishes, 'group' | 'reason'>;
    }
  | { readonly do: 'event'; readonly event: 'ReturnRequested' }
  | { readonly do: 'event'; readonly event: 'OperatorNote'; readonly text: string }
  | { readonly do: 'run'; readonly script: ScriptRef };
