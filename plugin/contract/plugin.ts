import type { BindingConfig, BindingInput } from './binding-config.ts';
import type { DialogMode, DialogView } from './dialog.ts';
import type { EventVerdict, PlatformEvent } from './events.ts';
import type { AfterScript, Json, PluginGuest } from './guest.ts';
import type { LeadRef } from './lead.ts';
import type { TransferRange, TransferRecord, TransferReport } from './transfer-record.ts';
import type { ScriptType } from './script-types.ts';
import type { Text } from './text.ts';

/** A measured value for a metrics page. Labels never hold a lead's id or a token. */
export interface Metric {
  /** Prometheus name, base unit in the name. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: ReadonlyArray<{
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    /** Of a histogram's sample: what follows the name. */
    readonly suffix?: '_bucket' | '_sum' | '_count';
  }>;
}

/** Whether something can do its work, and if not, why: sentences for the maintainer, without secrets. */
interface State {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** One thing that was looked at (`check`). Sentences for the maintainer, without secrets. */
export interface Check {
  /** `token`, `version`, `groups`, `operators`, `webhook`, `address`, `exit`, `key`, `certificate`, `clock`, `lastEvent`, `queue`, `disk`, `backup`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, where there is something to show: a time in ISO 8601. */
  readonly found?: string;
  /** What is wrong. */
  readonly problem?: string;
  /** What to do about it. */
  readonly advice?: string;
  /** Both in Russian, for people. */
  readonly ru?: { readonly problem: string; readonly advice: string };
}

export function failedCheck(name: string, problem: Text, advice: Text): Check {
  const ru = { problem: problem.ru, advice: advice.ru };
  return { name, ok: false, problem: problem.en, advice: advice.en, ru };
}

/**
 * Whether the process can do its work, and each binding beside it: one tenant's trouble is not the others'. Only when no
 * binding can be served the process cannot either.
 */
export interface Readiness extends State {
  /** By the binding's id. */
  readonly bindings?: Readonly<Record<string, State>>;
  /** By the channel's code: a messenger that cannot be reached says nothing about the process, which stores and serves all others. */
  readonly channels?: Readonly<Record<string, State>>;
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

/** A job of a lead, as it is stored: what waits to be done for it, and what was given up. */
export interface LeadJobView {
  readonly state: 'waiting' | 'dead';
  readonly queue: string;
  readonly kind: string;
  readonly payload: Json;
  /** Unix ms. */
  readonly enqueuedAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Everything that the plugin keeps of one lead. */
export interface LeadData {
  /** By binding, empty: no binding took the lead. The state's form is the plugin's own and changes with it. */
  readonly dialogs: ReadonlyArray<{ readonly binding: string; readonly state: Json }>;
  /** The records of the lead's transfers. Forgetting takes the lead and the reasons out of them; the figures stay. */
  readonly transfers: readonly Json[];
  readonly jobs: readonly LeadJobView[];
  /** Further jobs that are not shown: they would be too much for one answer. */
  readonly jobsLeftOut: number;
}

/** A dialog that the bot does not have. */
export interface OpenDialog {
  /** Goes as `after` into the next question. */
  readonly id: string;
  readonly lead: LeadRef;
  readonly binding: string;
  readonly mode: DialogMode;
  readonly operator: string | null;
  readonly group: string | null;
  /** Unix ms: since when the lead waits, or an operator has the dialog; `null`: unknown. */
  readonly since: number | null;
}

/** Which of them, and how many. */
export interface OpenDialogsPage {
  /** Those of one binding; left out: all. */
  readonly binding?: string;
  /** This lead's alone; together with `binding`. */
  readonly lead?: LeadRef;
  /** Behind the one with this id. */
  readonly after?: string;
  readonly limit: number;
}

/** What a forgetting came to. */
export interface Forgotten {
  /** Rows that went: records, waiting jobs, dead letters, timers, remembered ids. */
  readonly removed: number;
  /** Something of the lead was still being worked on after 90 s, so something is left: ask again. */
  readonly underWay: boolean;
  /** LiveTex keeps what it was sent, under this user id. Only LiveTex can delete it there. */
  readonly atLiveTex: ReadonlyArray<{ readonly binding: string; readonly userId: string }>;
}

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
  /**
   * Durable when it resolves; with `tx`, when that commits. Verdicts in the order of the events. The LiveTex plugin also takes a client of
   * `pg` that is in a transaction on the same PostgreSQL (`docs/host.md`).
   */
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
  /** Everything that is kept of a lead, for whoever has a right to see it. */
  leadData?(lead: LeadRef): Promise<LeadData>;
  /**
   * Deletes everything that is kept of a lead, for good: its dialogs, what waits to be sent or done, dead letters, timers,
   * remembered ids. Waits for what is being done for the lead this moment. An event that comes afterwards begins anew.
   */
  forget?(lead: LeadRef): Promise<Forgotten>;
  /** The records of transfers asked for in a range, in that order, behind the id `after`, at most `limit`. */
  transfers?(
    page: TransferRange & { readonly after?: string; readonly limit: number },
  ): Promise<readonly TransferRecord[]>;
  /** Their figures. `timeZone`: IANA name, for hours and weekdays; left out: that of the first schedule, else the process's. */
  report?(range: TransferRange & { readonly timeZone?: string }): Promise<TransferReport>;
  /** Looks at one binding from all sides, over the network too. Sends no message. @throws binding_unknown */
  check?(bindingId: string): Promise<readonly Check[]>;
  metrics(): Promise<Metric[]>;
  ready(): Promise<Readiness>;
  /** Starts work on what is stored. */
  start(): Promise<void>;
  /** Resolves when no work of the plugin is waiting now (timers and retries of the future not counted): for tests and one-off runs. */
  idle?(): Promise<void>;
  /** Takes no new work, ends what is under way, loses nothing. */
  close(): Promise<void>;
}

/** A binding as people may see it. */
export interface BindingInfo {
  readonly id: string;
  /** `given` with the plugin's options, or put while it runs (`stored`). */
  readonly source: 'given' | 'stored';
  /** `leaving`: removed; it gives its dialogs back, sends what waits, and is gone then. */
  readonly state: 'active' | 'leaving';
  /** Of a stored one: grows with each change, so that two people who change it see each other (`put`). `null`: it is given. */
  readonly version: number | null;
  /** The last four characters of its token, so that people tell one from another; empty: it is too short to show any. */
  readonly tokenEnd: string;
  /** With all defaults, without the token and the webhook's keys. */
  readonly settings: Omit<BindingConfig, 'token' | 'webhook'> & {
    readonly webhook?: Omit<NonNullable<BindingConfig['webhook']>, 'key' | 'previousKey'>;
  };
}

/** A binding as it is put: what `keepSecrets` takes from the stored one may be left out. */
export type BindingToPut = Omit<BindingInput, 'token' | 'webhook'> & {
  readonly token?: string | undefined;
  readonly webhook?: Partial<NonNullable<BindingInput['webhook']>> | undefined;
};

export interface PutOptions {
  /** Only if the stored one still has this version; 0: only if there is none. Else `binding_changed`. */
  readonly version?: number;
  /** A token or a webhook's key that is left out stays as it is stored. */
  readonly keepSecrets?: boolean;
}

/** Bindings while the plugin runs. What is put or removed is durable, and known to all nodes of the storage within seconds. */
export interface PluginBindings {
  /** In the order in which they are asked: those given first. */
  list(): Promise<readonly BindingInfo[]>;
  /**
   * Adds a binding, or changes it: dialogs under way keep their state, and a new token is tried at once.
   * @throws config_invalid with every problem (`facts.fields`: by its path), binding_given, binding_changed
   */
  put(binding: BindingToPut, options?: PutOptions): Promise<void>;
  /**
   * Takes no new dialog for it, gives those that an operator has back to the bot with a reason, sends what waits, and forgets it.
   * @throws binding_unknown, binding_given
   */
  remove(id: string): Promise<void>;
  /**
   * Other bindings in place of those given with the options (a configuration file that was read again). One that is not among
   * them any more is removed. @throws config_invalid with every problem; then nothing has changed
   */
  reconfigure(bindings: readonly BindingInput[]): Promise<void>;
}
