/**
 * What a messenger's driver is. It knows its platform, and no bot, no LiveTex, no storage: what is durable (order, once, retries,
 * pauses) is the engine's (`channels.ts`). One contract suite for all drivers: `test/contract/channels/`.
 */
import type { Attachment } from '../../plugin/contract/message.ts';
import type { Check, WebhookHeaders } from '../../plugin/contract/plugin.ts';
import type { Json } from '../../plugin/storage/contract.ts';

/** Kinds of files, as a message has them. */
export type FileType = Attachment['type'];

/** What a platform can show. What does not fit is shown in a poorer way: see `render-line.ts`. */
export interface ChannelTraits {
  /** Longest text of a message, and of a file's caption (0: files have none), UTF-16 units. */
  readonly textUnits: number;
  readonly captionUnits: number;
  /** `null`: no buttons. A button's data is counted in bytes of UTF-8, its caption in UTF-16 units. */
  readonly buttons: {
    readonly perRow: number;
    readonly rows: number;
    readonly all: number;
    readonly captionUnits: number;
    readonly dataBytes: number;
    /** Kinds of files that buttons may hang under. Left out: all. */
    readonly under?: readonly FileType[];
  } | null;
  /** Largest file that the platform fetches by its link, and that it takes as an upload, bytes by kind; 0: not at all. */
  readonly linkBytes: Readonly<Record<FileType, number>>;
  readonly uploadBytes: Readonly<Record<FileType, number>>;
  /** Shortest time between two messages to one person, ms, and between two polls. Left out: none. */
  readonly leadPauseMs?: number;
  readonly pollPauseMs?: number;
  /** The platform forgets where it posts to when that did not answer for hours: it is told again after so long, ms. */
  readonly renewMs?: number;
}

/** A person at a platform. */
export interface Person {
  /** At most 200 characters; the same person has the same one for ever. */
  readonly id: string;
  readonly name?: string;
  /** Where the talk with this person stands, for `settle`: kept when nothing newer is known. At most 500 characters. */
  readonly mark?: string;
}

/** A file that a person sent: where it is at the platform, never an address with a token. */
export interface InboundFile {
  readonly type: FileType;
  /** What `openFile` needs. */
  readonly file: string;
  readonly name?: string;
  readonly size?: number;
  /** It lies here (`runtime-shim/uploads/`), not at the platform. */
  readonly upload?: true;
}

/**
 * One thing that a platform told. `id`: the platform's number of it, the same when it is told again. `at`: Unix ms. `message`:
 * the platform's id of the message, unique for the person.
 */
export type InboundItem = { readonly id: string; readonly at: number } & (
  | {
      readonly kind: 'message';
      readonly from: Person;
      readonly message: string;
      readonly text?: string;
      readonly files?: readonly InboundFile[];
    }
  | { readonly kind: 'edited'; readonly from: Person; readonly message: string; readonly text: string }
  /** A button of `message` was pressed. `press`: what `answerPress` needs. */
  | {
      readonly kind: 'press';
      readonly from: Person;
      readonly message: string;
      readonly data: string;
      readonly press: string;
      /** The message keeps its buttons (`isStatic`). */
      readonly keepsButtons?: true;
    }
  /** The person lets the bot write no more, or again. */
  | { readonly kind: 'blocked'; readonly from: Person }
  | { readonly kind: 'unblocked'; readonly from: Person }
  /** Said in a group or a channel of many. */
  | { readonly kind: 'not_private'; readonly chat: string }
  /** Not understood: kept as it came (`raw`), so that somebody can look at it. `from`: when at least that is known. */
  | { readonly kind: 'unknown'; readonly what: string; readonly raw: string; readonly from?: Person }
);

/** What a webhook's request is answered, once its items are stored. */
export interface Received {
  readonly answer: { readonly status: number; readonly body: string };
  /** Everything of the batch. None with an answer that refuses. */
  readonly items: readonly InboundItem[];
}

export interface PartButton {
  readonly text: string;
  readonly data: string;
  /** Opens this link instead of sending anything; `app`: inside the messenger. */
  readonly url?: string;
  readonly app?: string;
}

/** A piece of a transcript's line that is sent as one message. */
export interface Part {
  /**
   * `<line's number>.<its time>/<piece>`: never changes, whatever happens in between. The time tells the lines of a lead that
   * was forgotten from those of the same one later, which are counted from 1 again.
   */
  readonly id: string;
  readonly text?: string;
  readonly buttons?: ReadonlyArray<readonly PartButton[]>;
  /** Its caption is the text. `link`: the platform fetches it; `upload`: it is sent with the request. */
  readonly file?: Attachment & { readonly by: 'link' | 'upload' };
  /** What the author wants the platform to be told beside, a JSON object as text (`apiAdditionalParams` of `bot.sendMessage`). */
  readonly params?: string;
}

/** What became of a part that was sent. */
export type SendOutcome =
  /** `mark`: where the talk stands now, for the next `settle`. */
  | { readonly is: 'done'; readonly mark?: string }
  /** Nothing was sent, and it may succeed in a while. */
  | { readonly is: 'later'; readonly forMs: number; readonly scope: 'lead' | 'channel'; readonly why: string }
  /** This person cannot be written to before it writes again. */
  | { readonly is: 'refused'; readonly why: string }
  /** The platform does not show it like this: a poorer form is tried. `because`: what it did not like, as far as it told. */
  | { readonly is: 'not_shown'; readonly because: 'file' | 'buttons' | 'other'; readonly why: string }
  /** The token is refused. */
  | { readonly is: 'not_authorised'; readonly why: string }
  /** It went out and no answer came: it may have arrived. */
  | { readonly is: 'unknown'; readonly why: string };

/** What asking showed of a part whose sending was not answered. `harmless`: sending it again does no harm. */
export type Settled =
  | { readonly is: 'arrived'; readonly mark?: string }
  | { readonly is: 'missing' | 'harmless' | 'unknown' };

/** A file's content as it comes. */
export interface OpenedFile {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes, when they are known beforehand. */
  readonly size?: number;
  readonly type?: string;
  /** Opens bytes `from` to `to`, both included, where that is cheaper than to read the whole. */
  readonly part?: (from: number, to: number) => Promise<AsyncIterable<Uint8Array>>;
}

/** What a driver is given with a part that is sent. */
export interface SendContext {
  /** Ends the try. */
  readonly signal: AbortSignal;
  /** Opens a file by its link, to be uploaded. @throws when it cannot be had or is larger than `maxBytes` */
  readonly openLink: (url: string, maxBytes: number, signal: AbortSignal) => Promise<OpenedFile>;
}

/** What the platform knows of this bot. */
export interface Inspection {
  /** The bot there, for people: `@my_bot`. */
  readonly account: string;
  /** Where the platform posts to; `null`: nowhere. */
  readonly registered: string | null;
  /** Since when, Unix ms, where the platform tells. */
  readonly registeredAt?: number;
  readonly checks: readonly Check[];
}

/** A messenger. Nothing in it is durable. Requests never follow redirects; what a driver says of them holds no token. */
export interface ChannelDriver {
  /** `telegram`. */
  readonly kind: string;
  readonly traits: ChannelTraits;
  /** How messages come in. `page`: the person writes and reads here, so nothing is sent anywhere. */
  readonly mode: 'poll' | 'webhook' | 'page';
  /** The bot's id at the platform, known without asking: leads of one account are strangers to another. */
  readonly account: string;
  /** A webhook's request, pure: no I/O, and it never throws. */
  receive(bytes: Uint8Array, headers: WebhookHeaders, now: number): Received;
  /**
   * Waits for what is new, some 25 s at most. `cursor`: as the last poll returned it, stored with that poll's items; what stands
   * before it may be confirmed to the platform. @throws coded errors of `channel-errors.ts`
   */
  poll?(
    cursor: Json | null,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly InboundItem[]; readonly cursor: Json }>;
  /** Sends one part. Tries nothing again by itself. Rejects only with the signal's reason. */
  send(lead: string, part: Part, context: SendContext): Promise<SendOutcome>;
  /**
   * After a try that may have sent it: did it arrive? `mark`: where the talk stood before that try. Left out: nobody can tell.
   * Rejects only with the signal's reason.
   */
  settle?(lead: string, part: Part, mark: string | null, signal: AbortSignal): Promise<Settled>;
  /** Ends the button's waiting, and takes the old buttons away, unless the message keeps them. May fail. */
  answerPress?(
    lead: string,
    press: { readonly press: string; readonly message: string; readonly keepsButtons?: true },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Names of people, by their ids, where the platform tells none with what they send. At most a hundred are asked for. Rejects with
   * whatever: then they have none yet.
   */
  namesOf?(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Opens what a person sent. @throws channel_file_gone, and what a request throws */
  openFile?(file: string, signal: AbortSignal): Promise<OpenedFile>;
  /**
   * Has the platform post to this address; `null`: to none, or with `only` no longer to that one, where it posts to several.
   * @throws coded errors
   */
  register(url: string | null, signal: AbortSignal, only?: string): Promise<void>;
  /** Looks what the platform knows. `url`: where it should post to, `null` when it is polled. Sends no message. @throws coded errors */
  inspect(url: string | null, signal: AbortSignal): Promise<Inspection>;
  close(): Promise<void>;
}
