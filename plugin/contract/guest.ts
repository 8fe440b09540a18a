/**
 * The wall between the plugin's guest code and the platform. Types only: guest files import them, and no zod goes into
 * the sandbox. Only JSON strings cross (design, 5.3); these are the shapes on either side of the bridge.
 */
import type { PlatformEvent } from './events.ts';
import type { LeadRef } from './lead.ts';
import type { ScriptRef } from './script-types.ts';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a platform hands to the plugin's `install` inside the sandbox, before the author's code runs. */
export interface GuestPlatform {
  /** The globals that the script will see (`lead`, `bot`, …). Add to the record or to its objects; all is frozen afterwards. */
  readonly globals: Record<string, object>;
  /** A system attribute of the lead as this run sees it: from the snapshot, or what the run wrote; `undefined` when absent. */
  getSystemAttribute(key: string): Json | undefined;
  /** Collects a write of a system attribute; `null` deletes it. Committed only if the script succeeds. */
  setSystemAttribute(key: string, value: Json): void;
  /** Calls a host function of this plugin and waits: looks synchronous to the script. Throws what the host answered as a script error. */
  call(name: string, args: Json): Json;
  /** Collects an action for the plugin, performed after the script has ended well, in order. */
  request(action: Json): void;
  /** Throws an error that the author sees with this code, at the line of the author's own call. */
  fail(code: string, message: string): never;
}

/** What the plugin's bundle returns. */
export type InstallGuest = (platform: GuestPlatform) => void;

/** Which run a host function is called from. */
export interface GuestCallContext {
  readonly lead: LeadRef;
  readonly signal: AbortSignal;
}

/** A host function: parses its arguments itself (they come from an untrusted script). A rejection with a `code` reaches the script as code and message. */
export type GuestFunction = (context: GuestCallContext, args: unknown) => Promise<Json>;

/** The plugin's part in the sandbox. */
export interface PluginGuest {
  /** JavaScript that, run as a function body in the sandbox, returns an `InstallGuest`. */
  readonly source: string;
  /** What `GuestPlatform.call` reaches, by name. */
  readonly functions: ReadonlyMap<string, GuestFunction>;
}

/** What the platform does after a script for the actions that the script asked the plugin for. */
export type AfterScript =
  | { readonly do: 'event'; readonly event: Extract<PlatformEvent['type'], 'TransferRequested' | 'ReturnRequested'> }
  | { readonly do: 'run'; readonly script: ScriptRef };
