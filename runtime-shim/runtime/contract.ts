// For users whose TypeScript includes no types by itself (`types` is empty from TypeScript 6 on): `HttpRoute` needs Node's.
/// <reference types="node" preserve="true" />
/** The runtime shim as the CLI, the simulator and tests use it. */
import type { TranscriptMessage } from '../leads/transcript.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Activity, Clock, LiveTexHost, Logger } from '../../plugin/contract/host.ts';
import type { DialogView } from '../../plugin/contract/dialog.ts';
import type { Environment } from '../environment.ts';
import type { Json } from '../../plugin/contract/guest.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Attachment } from '../../plugin/contract/message.ts';
import type {
  Forgotten,
  LeadData as PluginLeadData,
  LeadJobView,
  Metric,
  Readiness,
  RuntimePlugin,
} from '../../plugin/contract/plugin.ts';
import type { Text } from '../../plugin/contract/text.ts';
import type { Storage, ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import type { ApiOptions, ApiRequestFacts } from '../api/contract.ts';
import type { ChannelOptions } from '../channels/channel.ts';
import type { UploadOptions } from '../uploads/contract.ts';
import type { ScriptCause } from '../leads/script-cause.ts';
import type { SandboxLimits, ScriptError, ScriptLogLine, ScriptUsage } from '../sandbox/contract.ts';

export type { TranscriptMessage } from '../leads/transcript.ts';

/** Makes a plugin on the runtime's host ports and its storage (so that both commit together). */
export type PluginFactory = (
  host: LiveTexHost,
  storage: Storage,
) => Promise<RuntimePlugin<Transaction, ReadTransaction>>;

/** A part of the HTTP server that somebody adds (the simulator's page). `false`: not mine. Checks its callers itself. */
export type HttpRoute = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean | Promise<boolean>;

/** What one caller may take of the HTTP server; times in ms. */
export interface HttpLimits {
  /** For a request's headers. */
  readonly headersTimeoutMs: number;
  /** For a whole request, its body included. */
  readonly requestTimeoutMs: number;
  /** For an idle connection that waits for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** How often the times above are looked at. */
  readonly checkIntervalMs: number;
  /** Bytes of a request's headers. */
  readonly maxHeaderBytes: number;
  /** Connections at one time; a further one is closed at once. */
  readonly maxConnections: number;
  /** Bytes of bodies that are being read, of all connections together; a further body is answered with 503. */
  readonly maxBodiesBytes: number;
}

/** What `createRuntime` is made of. */
export interface RuntimeOptions {
  /** The bot folder; several: the first bot is meant wherever none is named. */
  readonly bot: string | readonly string[];
  /** `memory:`, `sqlite:<folder>`, a `postgres://` URL, or an open storage (then the caller closes it). Default `memory:`. */
  readonly storage?: string | Storage;
  readonly plugins?: readonly PluginFactory[];
  readonly sandbox?: Partial<SandboxLimits>;
  /** Variables of the environment that bot folders may name (`attributes`). Default: those of the process. */
  readonly env?: Environment;
  /** What scripts may ask of other servers. Default: nothing. */
  readonly api?: ApiOptions;
  /** Left out: no HTTP. `port` 0 takes a free one. */
  readonly http?: {
    /** Default 127.0.0.1. Any other address than loopback needs an `apiToken`. */
    readonly host?: string;
    readonly port: number;
    /** `/api` asks for `Authorization: Bearer <apiToken>`. */
    readonly apiToken?: string;
    /** Asked in order for what the runtime itself does not answer. */
    readonly routes?: readonly HttpRoute[];
    /** Where this server is reached from outside, such as `https://bot.example.com`: messengers post there, and files are fetched there. */
    readonly publicUrl?: string;
    /** Addresses and networks (`10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` is believed. Default: none. */
    readonly trustedProxies?: readonly string[];
    /** Default: as `runtime-shim/http/http-server.ts` says and why. */
    readonly limits?: Partial<HttpLimits>;
  };
  /** Messengers by the code of the channel. A code stays: a lead of another code is another lead. */
  readonly channels?: Readonly<Record<string, ChannelOptions>>;
  /** Where files lie that leads send to this server itself (the widget's). Left out: none are taken. */
  readonly uploads?: UploadOptions;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Reload the bot folder when a file in it is saved. */
  readonly watch?: boolean;
  /** New message ids, and the jitter of retries in [0, 1). Default: random ones. */
  readonly newId?: () => string;
  readonly random?: () => number;
}

/** A message of a lead, as a channel hands it over. */
export interface LeadMessageInput {
  readonly channel: string;
  readonly externalId: string;
  /** The channel's id of the message: a repeated one is accepted and ignored. Default: a new one. */
  readonly id?: string;
  /** The lead's name, if the channel knows it. */
  readonly name?: string;
  readonly text?: string;
  readonly attachments?: readonly Attachment[];
  /** The id of an earlier message whose text this corrects: shown to the operator as a correction, never run by the bot. */
  readonly edits?: string;
}

/** How much of a transcript one call returns. At least one line, however long it is. */
export interface TranscriptPage {
  /** Default and most: 10,000. */
  readonly maxLines?: number;
  /** UTF-16 units of the lines as JSON, all together. Default and most: 4 Mi. */
  readonly maxSize?: number;
}

/** A script run or another event of the runtime, for the terminal and the timeline. */
export type RuntimeActivity =
  | {
      readonly kind: 'script';
      readonly at: number;
      readonly lead: LeadRef;
      /** Code of the script, and the file of the command. */
      readonly script: string;
      readonly file?: string;
      /** Why it was chosen: a sentence in the author's words. */
      readonly cause: string;
      /** The same as a code, for those who say it in another language. */
      readonly because: ScriptCause;
      readonly log: readonly ScriptLogLine[];
      readonly error?: ScriptError;
      readonly usage?: ScriptUsage;
      readonly attributes?: Readonly<Record<string, Json>>;
    }
  | { readonly kind: 'message'; readonly at: number; readonly lead: LeadRef; readonly message: TranscriptMessage }
  /** A script asked another server. */
  | ({
      readonly kind: 'request';
      readonly at: number;
      readonly lead?: LeadRef;
      readonly file: string;
    } & ApiRequestFacts)
  /** An endpoint was called for no lead. */
  | {
      readonly kind: 'endpoint';
      readonly at: number;
      readonly alias: string;
      readonly log: readonly ScriptLogLine[];
      readonly usage: ScriptUsage;
      readonly error?: ScriptError;
    }
  | { readonly kind: 'suppressed'; readonly at: number; readonly lead: LeadRef; readonly text: string }
  | {
      readonly kind: 'author_log';
      readonly at: number;
      readonly lead: LeadRef;
      readonly level: ScriptLogLine['level'];
      readonly text: string;
    }
  /** `ru`: the problems in Russian. */
  | {
      readonly kind: 'bot_reloaded';
      readonly at: number;
      readonly problems: readonly string[];
      readonly ru?: readonly string[];
    }
  | { readonly kind: 'plugin'; readonly at: number; readonly activity: Activity };

/** What an endpoint answers over HTTP. */
export interface EndpointAnswer {
  readonly status: number;
  /** What the script returned, or `{ "error": { "code", "message" } }`. */
  readonly body: Json;
}

/** `GET /api/channels/<channel>/leads/<externalId>`. */
export interface LeadView {
  readonly lead: LeadRef & { readonly id: string; readonly name: string | null; readonly tags: readonly string[] };
  readonly attributes: Readonly<Record<string, string>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly dialog: DialogView;
  /** Runs of scripts that are to come, the next one first. */
  readonly scheduled: readonly ScheduledRun[];
}

/** A scheduled run of a script. */
export interface ScheduledRun {
  /** Its number within the lead. */
  readonly n: number;
  readonly script: string;
  /** Unix ms. */
  readonly at: number;
  readonly everySec?: number;
}

/** Everything that is kept of a lead beside its transcript (`messages`) and what authors read about it (`leadLog`). */
export interface LeadData {
  readonly lead: LeadRef;
  /** The lead as it is stored: attributes, tags, position in the bot, memory; `null`: only traces are left. */
  readonly record: Json;
  /** Rows of the bot's tables whose `lead_id` is the lead's number. */
  readonly tableRows: ReadonlyArray<{ readonly table: string; readonly id: number; readonly row: Json }>;
  /** What waits for the bot, and what was given up. */
  readonly jobs: readonly LeadJobView[];
  /** Further jobs that are not shown: they would be too much for one answer. */
  readonly jobsLeftOut: number;
  /** What the lead's messenger has of it: whether it may be written to, and what of it was not understood. Left out: no messenger. */
  readonly channel?: Json;
  /** Files that the lead sent to this server itself: their names and sizes. Left out: none. */
  readonly uploads?: readonly Json[];
  /** What each plugin keeps, by its name. */
  readonly plugins: Readonly<Record<string, PluginLeadData>>;
}

/** One entry of the author's log. */
export interface LeadLogEntry {
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  readonly entry: Json;
}

/** What a forgetting came to; see `Forgotten` of the plugin's contract. */
export type LeadForgotten = Forgotten;

export interface CloseOptions {
  /** How long `/readyz` says 503 before anything is refused, ms, so that a load balancer turns away first. Default 0. */
  readonly drainMs?: number;
}

/** One bot of a runtime, for whoever brings its leads' messages and shows them its answers. */
export interface BotRuntime {
  readonly botId: string;
  /** The last reading of its folder, at the start or later. With problems the last good bot goes on. */
  readonly reading: BotReading;
  /** Stores a lead's message; durable when it resolves. @throws message_invalid with every problem */
  receive(message: LeadMessageInput): Promise<{ readonly id: string }>;
  /**
   * Lines with `seq > after`, in order; as many as one page holds, the next ones after the last of them. None: there are no
   * more. @throws message_invalid
   */
  messages(channel: string, externalId: string, after: number, page?: TranscriptPage): Promise<TranscriptMessage[]>;
  lead(channel: string, externalId: string): Promise<LeadView | undefined>;
  /** Runs a scheduled run of a lead now, as if it were due; false: there is none with this number. @throws message_invalid */
  hasten(channel: string, externalId: string, n: number): Promise<boolean>;
  /** By LiveTex's user id, after that of the last lead of the page before. */
  leads(page: { readonly after?: string; readonly limit: number }): Promise<LeadRef[]>;
  /** Everything that is kept of a lead; `undefined`: nothing. @throws message_invalid */
  leadData(channel: string, externalId: string): Promise<LeadData | undefined>;
  /** Entries of the author's log about a lead, in order, after the last one of the page before. @throws message_invalid */
  leadLog(channel: string, externalId: string, after: number): Promise<LeadLogEntry[]>;
  /**
   * Deletes everything that is kept of a lead, for good, here and in the plugins. Waits for what is being done for it this
   * moment, at most a minute or two (`underWay`: then something is left, ask again). `undefined`: nothing was there.
   * @throws message_invalid
   */
  forgetLead(channel: string, externalId: string): Promise<LeadForgotten | undefined>;
  /** Calls an endpoint of the bot folder, as `POST /api/v1/bots/<botId>/call/<alias>` does with this body. Never rejects because of the script. */
  call(alias: string, body: unknown): Promise<EndpointAnswer>;
}

export interface BotReading {
  /** Unix ms. */
  readonly at: number;
  readonly problems: readonly Text[];
}

/** Bots that run: their scripts, storage, plugins and HTTP address. What is asked of itself is asked of its first bot. */
export interface Runtime extends BotRuntime {
  /** The HTTP address once started, `undefined` without HTTP. */
  readonly url: string | undefined;
  readonly plugins: ReadonlyArray<RuntimePlugin<Transaction, ReadTransaction>>;
  /** All of them, in the order of their folders. */
  readonly bots: readonly BotRuntime[];
  start(): Promise<void>;
  /** Begins the work of a runtime that is held back (`serve --hold`); false: it is not. */
  release(): Promise<boolean>;
  /** Drains: takes nothing new, ends what is under way, loses nothing. */
  close(options?: CloseOptions): Promise<void>;
  onActivity(listener: (activity: RuntimeActivity) => void): () => void;
  /** Reads the bot folders again; the last good ones stay in force when there are problems. Returns the problems. */
  reload(): Promise<readonly string[]>;
  /** Can it do its work now? As `GET /readyz` tells, within a second. */
  ready(): Promise<Readiness>;
  /** All that is measured, as `GET /metrics` tells. */
  metrics(): Promise<Metric[]>;
  /** Resolves when no work is waiting now (timers and retries of the future not counted): for tests and `run`. */
  idle(): Promise<void>;
}
