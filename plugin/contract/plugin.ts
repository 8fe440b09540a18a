import type { DialogView } from './dialog.ts';
import type { EventVerdict, PlatformEvent } from './events.ts';
import type { AfterScript, Json, PluginGuest } from './guest.ts';
import type { LeadRef } from './lead.ts';
import type { ScriptType } from './script-types.ts';

/** A measured value for a metrics page. Labels never hold a lead's id or a token. */
export interface Metric {
  /** Prometheus name, base unit in the name. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: ReadonlyArray<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }>;
}

/** Whether the plugin can do its work, and if not, why: sentences for the maintainer, without secrets. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** A webhook's answer. `body` is JSON text. */
export interface WebhookAnswer {
  readonly status: 200 | 400 | 401 | 404 | 413 | 429 | 503;
  readonly body: string;
  /** To be sent as well: `retry-after` with a 429. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who sent a request, as far as the platform can vouch for it. */
export interface WebhookPeer {
  /**
   * IPv4 or IPv6. Behind a reverse proxy: the address that the proxy saw, never one that the sender may write itself, or
   * whoever guesses keys would have a new address for every guess.
   */
  readonly address: string;
}

/** Request headers, lower-case names. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * A plugin as a platform sees it. `Tx` and `ReadTx` are the transaction types of the storage that both may share; a
 * platform on another database leaves `tx` out.
 */
export interface RuntimePlugin<Tx, ReadTx = Tx> {
  /** `livetex`: names the plugin in actions, logs and paths. */
  readonly name: string;
  readonly guest: PluginGuest;
  /** The script types that this plugin gives a meaning to. */
  readonly scriptTypes: ReadonlyArray<{ readonly code: ScriptType; readonly name: string; readonly when: string }>;
  /** Durable when it resolves; with `tx`, when that commits. Verdicts in the order of the events. */
  accept(events: readonly PlatformEvent[], tx?: Tx): Promise<EventVerdict[]>;
  /**
   * An event that LiveTex posted: stored and in force before the answer says 200. With `peer`, an address that sends many wrong keys is
   * answered with 429 for a while.
   */
  webhook(bindingId: string, bytes: Uint8Array, headers: WebhookHeaders, peer?: WebhookPeer): Promise<WebhookAnswer>;
  /** The dialog of a lead; with `tx`, which need only read, as that transaction sees it. */
  dialog(lead: LeadRef, tx?: ReadTx): Promise<DialogView>;
  /** What to do, in order, for the actions a script requested with `GuestPlatform.request`. Called after the script has ended well. */
  afterScript(lead: LeadRef, actions: readonly Json[]): Promise<AfterScript[]>;
  /** The script for «Перевод на оператора» by availability: (онлайн) or (оффлайн), else `transfer`, else an ordinary transfer. */
  chooseTransfer(lead: LeadRef): Promise<AfterScript>;
  metrics(): Promise<Metric[]>;
  ready(): Promise<Readiness>;
  /** Starts work on what is stored. */
  start(): Promise<void>;
  /** Resolves when no work of the plugin is waiting now (timers and retries of the future not counted): for tests and one-off runs. */
  idle?(): Promise<void>;
  /** Takes no new work, ends what is under way, loses nothing. */
  close(): Promise<void>;
}
