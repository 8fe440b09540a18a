/** HTTP requests of scripts: what may be asked, and what comes back. */

/** An address below which scripts may ask: scheme, host, port and path as they stand. */
export type AllowedAddress =
  | string
  /** `private`: the name may resolve to an address of a private network, or of this machine. */
  | { readonly url: string; readonly private?: boolean };

/** `api` of the configuration. */
export interface ApiOptions {
  /** Default: none, so that every request is refused. */
  readonly allow?: readonly AllowedAddress[];
  /** For one request with its redirects, ms; never longer than the script itself may run. Default 3,000. */
  readonly timeoutMs?: number;
  /** Bytes of one answer, unpacked. Default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Who answers: `network`, the bot's stubs first and then the network, or the stubs alone. `anywhere`: also addresses that
 * nobody allowed (a developer's own machine, who asked for it).
 */
export type ApiMode = 'network' | 'stubs' | 'stubs_then_network' | 'stubs_then_anywhere';

/** What a script is told. */
export interface ApiAnswer {
  /** HTTP status; 0 when nothing was answered. */
  readonly code: number;
  /** `null`: there is none, or it could not be taken. */
  readonly body: string | null;
  /** Why there is no answer to go by: a sentence. */
  readonly error: string | null;
}

/** A request as it stands in the activity feed: no query, no body, no header. */
export interface ApiRequestFacts {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** `null`: nothing was answered. */
  readonly status: number | null;
  readonly ms: number;
  /** Answered by `stubs.json`. */
  readonly stub: boolean;
  readonly error?: string;
}

/** An answer that stands in the bot folder's `stubs.json`. */
export interface Stub {
  /** Left out: any. */
  readonly method?: string | undefined;
  /** A whole address; a `*` at the end stands for the rest. */
  readonly url: string;
  readonly status: number;
  readonly body?: unknown;
  readonly delayMs: number;
}
