/** The shared LiveTex client as the rest of the plugin sees it. Every method rejects with a coded error of the catalogue. */
import type {
  Destination,
  GetHistoryRequest,
  LiveTexMethod,
  SelectDestinationRequest,
  SendFileRequest,
  SendTextRequest,
  SetWebhookRequest,
  VersionSetting,
} from '../contract/livetex-api.ts';
import type { Clock, Logger } from '../contract/host.ts';
import type { CodedError } from '../contract/coded-error.ts';

/** What the client needs to know of a binding. */
export interface BindingAccess {
  readonly id: string;
  readonly token: string;
  readonly baseUrl: string;
  readonly apiVersion: VersionSetting;
  readonly requestTimeoutMs: number;
}

/** What LiveTex answers to a message it has taken. */
export interface SentMessage {
  readonly messageId: string;
}

/** `online`/`none`: in any group. `unknown`: LiveTex does not answer and no answer is younger than 60 s. */
export interface Availability {
  readonly state: 'online' | 'none' | 'unknown';
  /** In LiveTex's order; none when unknown. */
  readonly groups: readonly Destination[];
  /** Unix ms of the answer that this rests on. */
  readonly at: number | null;
  /** Why the latest request failed, if it did (also when an older answer was good enough). */
  readonly error?: CodedError;
}

/** LiveTex through one binding's token. */
export interface BindingClient {
  getDestinations(signal?: AbortSignal): Promise<Destination[]>;
  selectDestination(request: SelectDestinationRequest, signal?: AbortSignal): Promise<void>;
  sendText(request: SendTextRequest, signal?: AbortSignal): Promise<SentMessage>;
  sendFile(request: SendFileRequest, signal?: AbortSignal): Promise<SentMessage>;
  /** From 1.1 on it asks only for the events that are used, unless the request names them. */
  setWebhook(request: SetWebhookRequest, signal?: AbortSignal): Promise<void>;
  /** The webhook's URL, empty when none is set. */
  getWebhookSettings(signal?: AbortSignal): Promise<{ readonly url: string }>;
  getCurrentDestination(userId: string, signal?: AbortSignal): Promise<Destination | undefined>;
  getHistory(
    request: GetHistoryRequest,
    signal?: AbortSignal,
  ): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
  /** Never rejects. `fresh` skips the 5 s cache (at a transfer); concurrent callers share one request. */
  availability(options?: { readonly fresh?: boolean }): Promise<Availability>;
  /** What `availability()` would answer at once, from its cache, and for how long, ms; `undefined` when it would ask. */
  knownAvailability?(): { readonly availability: Availability; readonly forMs: number } | undefined;
  /** An operator's status has changed: the next question asks LiveTex. Its last answer still counts while it does not answer. */
  outdateAvailability?(): void;
}

/** One request as it ended: for metrics and the timeline. The token is in none of its fields. */
export interface RequestReport {
  readonly binding: string;
  readonly method: LiveTexMethod;
  readonly at: number;
  readonly durationMs: number;
  /** HTTP status, `null` when no answer came. */
  readonly status: number | null;
  /** The JSON body sent, `undefined` for a method without parameters. `webhook_key` is hidden in it. */
  readonly request: unknown;
  /** The JSON answer, or the beginning of a text that is not JSON; `undefined` when no answer came. */
  readonly response: unknown;
  readonly error?: CodedError;
  /** The caller gave it up by its signal: neither a success nor LiveTex's failure. */
  readonly aborted?: boolean;
}

/** What the client gets from whoever makes it; `onRequest` sees every request when it has ended. */
export interface LiveTexClientOptions {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly onRequest?: (report: RequestReport) => void;
}

/** One per process; the connections to a base URL are shared by all bindings that use it. */
export interface LiveTexClient {
  binding(access: BindingAccess): BindingClient;
  close(): Promise<void>;
}
