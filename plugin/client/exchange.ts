import type { Dispatcher } from 'undici';
import type { Clock } from '../contract/host.ts';

/** Largest answer that is read, bytes. Our choice: LiveTex's answers are a few KB, a history of 20 texts included; it bounds memory per request. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

export interface ExchangeRequest {
  readonly pool: Dispatcher;
  /** Calls `go` when it may be sent; the answer gives the place back. */
  readonly share: (go: () => void) => () => void;
  /** Path and query. Holds the token. */
  readonly path: string;
  /** JSON text; `undefined` sends no body. */
  readonly body: string | undefined;
  /** For everything: waiting for a place and a connection, connecting, headers and body. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** `null`: longer than `MAX_ANSWER_BYTES`, and not read to the end. */
  readonly text: string | null;
}

export type ExchangeEnd =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * One HTTP exchange on undici's `dispatch`; never rejects, never follows a redirect.
 *
 * `dispatch` rather than `request`: `request` hears of an abort only once the request has got a connection, so a
 * deadline would not cover connecting; and it builds a stream where a few chunks are enough.
 */
export function exchange(request: ExchangeRequest): Promise<ExchangeEnd> {
  const { promise, resolve } = Promise.withResolvers<ExchangeEnd>();
  const { signal } = request;
  if (signal?.aborted) {
    resolve({ kind: 'aborted', reason: signal.reason });
    return promise;
  }

  let settled = false;
  let leave: (() => void) | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  const settle = (end: ExchangeEnd): void => {
    if (settled) return;
    settled = true;
    cancelDeadline();
    signal?.removeEventListener('abort', onAbort);
    leave?.();
    resolve(end);
  };
  /** Ends the exchange from our side; a connection with half an answer on it is of no further use. */
  const cut = (end: ExchangeEnd): void => {
    settle(end);
    controller?.abort(new Error('the request was given up'));
  };
  const onAbort = (): void => cut({ kind: 'aborted', reason: signal?.reason });
  const cancelDeadline = request.clock.after(request.timeoutMs, () => cut({ kind: 'timeout' }));
  signal?.addEventListener('abort', onAbort, { once: true });

  let head: Omit<HttpAnswer, 'text'> | undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  const send = (): void => {
    request.pool.dispatch(
      {
        method: 'POST',
        path: request.path,
        // undici sends Content-Length by itself, 0 for a POST without a body, as RFC 9110 (section 8.6) asks.
        body: request.body ?? null,
        headers:
          request.body === undefined
            ? ['accept', 'application/json']
            : ['accept', 'application/json', 'content-type', 'application/json'],
        // The deadline above covers both.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (settled) started.abort(new Error('the request was given up'));
        },
        onResponseStart(_controller, status, headers) {
          // 1xx announces the answer, it is not the answer.
          if (status < 200) return;
          head = { status, contentType: first(headers['content-type']), retryAfter: first(headers['retry-after']) };
        },
        onResponseData(_controller, chunk) {
          size += chunk.byteLength;
          if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
          else if (head) cut({ kind: 'answer', answer: { ...head, text: null } });
        },
        onResponseEnd() {
          if (head) settle({ kind: 'answer', answer: { ...head, text: decode(chunks) } });
          else settle({ kind: 'failed', error: undefined });
        },
        onResponseError(_controller, error) {
          settle({ kind: 'failed', error });
        },
      },
    );
  };
  leave = request.share(send);
  // It ended before its place could be noted.
  if (settled) leave();
  return promise;
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Tolerant: a byte that is not UTF-8 inside a name must not cost the whole answer. Drops a byte order mark. */
const decoder = new TextDecoder();

function decode(chunks: readonly Buffer[]): string {
  return decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}
