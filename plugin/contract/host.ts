import type { LiveTexAttrs } from './attributes.ts';
import type { MenuCodes } from './exit-phrases.ts';
import type { LeadRef } from './lead.ts';
import type { Attachment } from './message.ts';
import type { ScriptRef } from './script-types.ts';
import type { DialogMode, TransferEnd } from './dialog.ts';

/** Structured log of the process: a message and facts. Never a token, never a message text above `debug`. */
export interface Logger {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Time, passed in so that a test can own it. */
export interface Clock {
  /** Unix ms. Somebody may set it, forward or back. */
  now(): number;
  /** ms since whenever; only ever grows, as time passes, and nobody can set it. Left out: `now()`. */
  steady?(): number;
  /** Calls `act` once, after `ms`; the returned function cancels. Does not keep the process alive by itself. */
  after(ms: number, act: () => void): () => void;
}

/** What the operator's desk shows of a lead at the transfer. */
export interface LeadProfile {
  /** The lead's name; absent: LiveTex shows "Гость". */
  readonly name?: string;
  /** The content of `sys_livetex_attrs`, as the scripts set it. */
  readonly attributes: LiveTexAttrs;
  /** The content of `sys_livetex_hidden_attrs`: for LiveTex's history and exports, operators do not see it. */
  readonly hiddenAttributes?: LiveTexAttrs;
  /** For the binding's `header`. */
  readonly tags?: readonly string[];
}

/**
 * What set something going, as far as it is known: kept with every job, and told to each port, activity and log line, so that both sides' logs and
 * traces can be joined.
 */
export interface Origin {
  readonly binding?: string;
  /** The number of the dialog's transfer; absent before the first one. */
  readonly transfer?: number;
  /** The id of the platform's event that began it. */
  readonly platformEvent?: string;
  /** The id of LiveTex's event that began it. */
  readonly livetexEvent?: string;
  /** W3C Trace Context: that of the platform's event, or of the webhook's request. */
  readonly traceparent?: string;
}

interface DeliveryCommon {
  /** The same id again is the same delivery: perform it once. */
  readonly id: string;
  readonly origin?: Origin;
  /** Unix ms. */
  readonly at: number;
}
interface Sent {
  /** When it was sent by LiveTex's own clock, Unix ms, beside `at`, when we received it; absent when LiveTex told no usable time. */
  readonly sentAt?: number;
}
/** One thing to show to the lead. A notice is a service text, an operator's message has its author's name. */
export type Delivery = DeliveryCommon &
  (
    | { readonly kind: 'notice'; readonly text: string }
    | ({ readonly kind: 'text'; readonly text: string; readonly operator?: string } & Sent)
    | ({
        readonly kind: 'file';
        readonly attachment: Attachment;
        readonly text?: string;
        readonly operator?: string;
      } & Sent)
  );

/** Which script the platform shall run for a lead, and why. */
export interface ScriptRequest {
  /** The same id again is the same run: start it once. */
  readonly id: string;
  readonly script: ScriptRef;
  /** For the author's log and the timeline: what led to this run. */
  readonly cause:
    | 'no_operators'
    | 'transfer_failed'
    | 'returned'
    | 'operator_command'
    | 'operator_timeout'
    | 'lead_exit';
  /** Messages of this run carry `duringTransfer`, because an operator asked for it. */
  readonly duringTransfer: boolean;
  readonly origin?: Origin;
}

/**
 * What a platform must offer so that the plugin can live on it (`docs/architecture.md`).
 *
 * Every call with an `id` is made at least once and, for one lead, in order: the next call for a lead is made when the
 * one before has resolved. A rejected promise is tried again with back-off, about a day of tries, so reject only when a later
 * try may succeed. Calls for different leads run side by side.
 */
export interface LiveTexHost {
  readonly attributes: {
    /** Read at the moment of the transfer. */
    get(lead: LeadRef, origin?: Origin): Promise<LeadProfile>;
  };
  /** Is there such a script for this lead's bot? */
  hasScript(lead: LeadRef, script: ScriptRef, origin?: Origin): Promise<boolean>;
  /** Starts a script for the lead: resolves when the run is stored or done, not necessarily ended. */
  runScript(lead: LeadRef, request: ScriptRequest): Promise<void>;
  /** Shows the lead a text, a file or a notice: resolves when it is stored or sent. */
  deliver(lead: LeadRef, delivery: Delivery): Promise<void>;
  /** Sets the flag "Переведён на оператора". */
  setForwarded(
    lead: LeadRef,
    change: { readonly id: string; readonly forwarded: boolean; readonly origin?: Origin },
  ): Promise<void>;
  /**
   * Codes that the menus of each bot show, by the bot's id: a binding's `exit` may name none of them. Left out: nobody looks. Must
   * not wait.
   */
  menuCodes?(): MenuCodes;
  /** A line in the log that the bot's author reads. */
  authorLog?(
    lead: LeadRef,
    line: { readonly level: 'info' | 'warn' | 'error'; readonly text: string; readonly origin?: Origin },
  ): void;
  /** What happens, as it happens, for a timeline. Must not throw and must not wait. */
  observe?(activity: Activity): void;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * What the plugin did or saw, told to `host.observe` as it happens: for a timeline, never for control.
 * `userId` is LiveTex's user id, which names the lead. Bodies are wire JSON; the token is never in them.
 */
export type Activity = Happened & { readonly origin?: Origin };

type Happened =
  | {
      readonly kind: 'livetex_request';
      readonly at: number;
      readonly binding: string;
      readonly method: string;
      readonly userId?: string;
      readonly request?: unknown;
      /** HTTP status, or `null` when no answer came. */
      readonly status: number | null;
      readonly response?: unknown;
      /** A code of the error catalogue when the request failed. */
      readonly error?: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'webhook';
      readonly at: number;
      readonly binding: string;
      readonly userId?: string;
      readonly event: unknown;
      readonly outcome: 'stored' | 'duplicate' | 'ignored';
    }
  | {
      readonly kind: 'mode';
      readonly at: number;
      readonly binding: string;
      readonly userId: string;
      readonly from: DialogMode;
      readonly to: DialogMode;
      readonly transfer: number;
      readonly cause: string;
      /** Who or what ended the transfer, when it has ended. */
      readonly endedBy?: TransferEnd;
    }
  | {
      readonly kind: 'retry' | 'dead';
      readonly at: number;
      readonly queue: string;
      readonly lane: string;
      readonly job: string;
      readonly attempt: number;
      readonly error: string;
      /** Unix ms of the next try; absent when dead. */
      readonly nextAt?: number;
    };
