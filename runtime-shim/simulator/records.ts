/**
 * What crosses the wall between the simulator's server side and its page: records, their changes, and what the page
 * may ask for. Types and names only: the page bundles nothing of the server.
 */
import type { ScheduledRun } from '../runtime/contract.ts';
import type { DialogMode, DialogView, TransferEnd } from '../../plugin/contract/dialog.ts';
import type { Json } from '../../plugin/contract/guest.ts';
import type { Attachment, Button } from '../../plugin/contract/message.ts';
import type { Looks, MessengerKind } from '../channels/looks.ts';
import type { ScriptCause } from '../leads/script-cause.ts';
import type { EmulatedDialog, OperatorStatus } from '../emulator/emulator-contract.ts';
import type { ScriptError, ScriptLogLine } from '../sandbox/contract.ts';

/** The lead that `simulate` plays by itself for people who only look at the terminal has an id that begins so. */
export const DEMONSTRATION_PREFIX = 'demo-';

/** A channel that a lead of the page may come through. */
export interface ChannelRecord {
  readonly code: string;
  /** The messenger behind it, whose limits are known; left out: none is, so that its messages are shown as they were said. */
  readonly kind?: MessengerKind;
  /** Excluded channels are never mirrored to LiveTex. */
  readonly excluded: boolean;
}

/** A lead, and where its dialog stands. */
export interface LeadRecord {
  readonly userId: string;
  readonly channel: string;
  readonly externalId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly tags: readonly string[];
  /** Runs of scripts that are to come. */
  readonly scheduled: readonly ScheduledRun[];
  /** `null` until the lead has said something. */
  readonly dialog: DialogView | null;
}

/** One line of a lead's chat. */
export interface MessageRecord {
  readonly userId: string;
  readonly seq: number;
  readonly from: 'lead' | 'bot' | 'operator' | 'notice';
  readonly text?: string;
  readonly buttons?: ReadonlyArray<readonly Button[]>;
  readonly attachments?: readonly Attachment[];
  /** How messengers show it that change something of it. */
  readonly looks?: Looks;
  readonly operator?: string;
  readonly at: number;
}

/** An operator at the desk. */
export interface OperatorRecord {
  readonly id: string;
  readonly name: string;
  readonly status: OperatorStatus;
  readonly groupId: string;
  readonly group: string;
}

/** A conversation as the desk lists it. */
export interface ConversationRecord {
  readonly userId: string;
  readonly name: string;
  readonly state: EmulatedDialog['state'];
  readonly operatorId: string | null;
  /** Name of the group; `null`: none was selected. */
  readonly group: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Kept in LiveTex's history; a real desk does not show them. */
  readonly hiddenAttributes: Readonly<Record<string, string>>;
  readonly unread: number;
  readonly lastText: string;
  readonly lastAt: number;
}

/** A message as the desk shows it. */
export interface DeskMessageRecord {
  readonly userId: string;
  readonly id: string;
  /** Position in the conversation, from 0. */
  readonly index: number;
  readonly from: 'user' | 'operator' | 'hold';
  readonly operator?: string;
  readonly text?: string;
  readonly file?: { readonly url: string; readonly name?: string; readonly size?: number; readonly comment?: string };
  readonly at: number;
  readonly read: boolean;
}

/** What is true of the whole simulator; one record. */
export interface StatusRecord {
  readonly botId: string;
  readonly botName: string;
  readonly channels: readonly ChannelRecord[];
  readonly headers: { readonly bot: string; readonly lead: string; readonly note: string };
  readonly runtime: 'running' | 'restarting' | 'failed';
  /** Why the runtime could not be restarted; the one before goes on. */
  readonly failure?: string;
  /** What is wrong with the bot folder as it is now; the last good bot is in force. */
  readonly problems: readonly string[];
  /** When the bot folder was last read, Unix ms; 0: not since the start. */
  readonly reloadedAt: number;
  /** Jobs that wait for LiveTex or for the dialog, retries included; `null` when the plugin does not say. */
  readonly waiting: number | null;
  /** Why the runtime is not ready, for example a refused token. */
  readonly notReady: readonly string[];
  /** Where the same bot is reached in a chat on a site: a path of this server. */
  readonly widget?: string;
}

/** The switches of the page. */
export const FAULT_NAMES = [
  'down',
  'slow',
  'rate_limit',
  'wrong_token',
  'webhook_duplicate',
  'webhook_late',
  'webhook_reorder',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault’s switch. */
export interface FaultRecord {
  readonly name: FaultName;
  readonly on: boolean;
}

export type OperatorAction = 'status' | 'added' | 'read' | 'reply' | 'file' | 'hold' | 'transfer' | 'close';

/** The facts of a timeline entry that its line shows. Bodies, logs and values are its detail, fetched when opened. */
export type EntryFacts =
  | {
      readonly kind: 'lead_message';
      readonly text: string;
      readonly attachments: number;
      /** The message's number in the lead's chat. */
      readonly seq: number;
    }
  | {
      readonly kind: 'script';
      readonly script: string;
      readonly file?: string;
      readonly because: ScriptCause;
      readonly wallMs?: number;
      readonly logLines: number;
      readonly error?: ScriptError;
    }
  | { readonly kind: 'attributes'; readonly script: string; readonly text: string }
  | { readonly kind: 'message'; readonly from: 'bot' | 'operator' | 'notice'; readonly text: string }
  | { readonly kind: 'suppressed'; readonly text: string }
  | { readonly kind: 'author_log'; readonly level: ScriptLogLine['level']; readonly text: string }
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly status: number | null;
      readonly ms: number;
      readonly text: string;
      readonly error?: string;
    }
  /** A script asked another server. */
  | {
      readonly kind: 'api';
      readonly method: string;
      readonly address: string;
      readonly status: number | null;
      readonly ms: number;
      /** Answered by `stubs.json`. */
      readonly stub: boolean;
      readonly error?: string;
    }
  /** An endpoint was called for no lead. */
  | { readonly kind: 'endpoint'; readonly alias: string; readonly ms: number; readonly error?: string }
  | {
      readonly kind: 'webhook';
      readonly type: string;
      readonly outcome: 'stored' | 'duplicate' | 'ignored';
      readonly text: string;
    }
  /** A try of the emulator that the runtime did not acknowledge: it will be repeated. */
  | {
      readonly kind: 'webhook_failed';
      readonly type: string;
      readonly attempt: number;
      readonly status: number | null;
    }
  | {
      readonly kind: 'mode';
      readonly from: DialogMode;
      readonly to: DialogMode;
      readonly transfer: number;
      readonly cause: string;
      readonly endedBy?: TransferEnd;
    }
  | {
      readonly kind: 'retry' | 'dead';
      readonly queue: string;
      readonly lane: string;
      readonly job: string;
      readonly attempt: number;
      readonly error: string;
      readonly nextAt?: number;
    }
  | { readonly kind: 'operator'; readonly action: OperatorAction; readonly operator: string; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: FaultName | 'all'; readonly on: boolean }
  | { readonly kind: 'bot_reloaded'; readonly problems: number; readonly text: string }
  | { readonly kind: 'runtime'; readonly state: StatusRecord['runtime'] };

export type EntryKind = EntryFacts['kind'];

/** One line of the timeline. `chain` is the id of the entry that everything began with. */
export interface EntryRecord {
  readonly id: number;
  readonly at: number;
  readonly userId?: string;
  readonly chain: number;
  readonly parent?: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly facts: EntryFacts;
}

/** Everything the page shows, by collection. */
export interface Records {
  readonly status: StatusRecord;
  readonly lead: LeadRecord;
  readonly message: MessageRecord;
  readonly operator: OperatorRecord;
  readonly conversation: ConversationRecord;
  readonly desk_message: DeskMessageRecord;
  readonly entry: EntryRecord;
  readonly fault: FaultRecord;
}
export type Collection = keyof Records;

/** A record put (`value`) or removed (no value). */
export type Change = {
  readonly [Name in Collection]: readonly [collection: Name, key: string, value?: Records[Name]];
}[Collection];

/** Data of the stream's events `snapshot` and `changes`. The event's id is `<epoch>-<seq>`. */
export interface StreamBatch {
  readonly seq: number;
  readonly changes: readonly Change[];
}

/** `GET /simulator/file`: a file of the bot folder, to be looked at. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** Where it is on this machine: for a link that opens the author's editor. */
  readonly path: string;
  /** When it was last saved, Unix ms: an error from before shows another text's line. */
  readonly changedAt: number;
}
