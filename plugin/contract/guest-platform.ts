/**
 * What the platform and the plugin's guest code share inside the sandbox. Types only, and nothing of Node or zod among
 * them, since `*.guest.ts` files are compiled without either.
 */

import type { Text } from './text.ts';

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
  /** Throws an error that the author sees with this code, at the line of the author's own call; in words of English or of each language. */
  fail(code: string, message: string | Text): never;
}

/** What the plugin's bundle returns. */
export type InstallGuest = (platform: GuestPlatform) => void;
