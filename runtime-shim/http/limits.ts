import type { HttpLimits } from '../runtime/contract.ts';

/** The limits of `serve` and `simulate`. */
export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  /** A caller that sends its headers byte by byte (slow-loris) is cut off. Ours. */
  headersTimeoutMs: 10_000,
  /** The same for a body. LiveTex itself waits 60 s for our answer. */
  requestTimeoutMs: 30_000,
  /** Above the 60 s after which common proxies close theirs, so that they never meet one that we are closing. */
  keepAliveTimeoutMs: 65_000,
  checkIntervalMs: 1_000,
  /** Node's default. */
  maxHeaderBytes: 16 * 1024,
  /** Ours: below the usual 16 thousand of a process's file descriptors. */
  maxConnections: 10_000,
  /** Ours: 64 webhooks of the largest size at one time, or a hundred thousand of the usual one. */
  maxBodiesBytes: 64 * 1024 * 1024,
};
