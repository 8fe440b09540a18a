import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface ExchangeRequest {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable | null;
  /** Bytes of the body as it comes. */
  readonly maxBytes: number;
  /** Ends the exchange: its time is over, or nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Told that there is a connection, and the request goes out on it. */
  readonly onSent?: () => void;
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `null`: larger than allowed, and not read to its end. */
  readonly bytes: Buffer | null;
}

/**
 * One HTTP exchange, no redirect followed. On `dispatch`, since `request` of undici hears of an abort only when it has a
 * connection. @throws what undici says, or the signal's reason
 */
export function exchange(request: ExchangeRequest): Promise<WireAnswer> {
  const { dispatcher, url, method, headers, body, maxBytes, signal } = request;
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  let controller: Dispatcher.DispatchController | undefined;
  /** A connection with half an answer on it is of no further use. */
  const cut = (): void => controller?.abort(new Error('the request was given up'));
  const onAbort = (): void => {
    reject(signal.reason);
    cut();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  let head: Omit<WireAnswer, 'bytes'> | undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      body,
    },
    {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) cut();
        else request.onSent?.();
      },
      onResponseStart(_controller, status, received) {
        // 1xx announces the answer, it is not the answer.
        if (status >= 200) head = { status, headers: received };
      },
      onResponseData(_controller, chunk) {
        size += chunk.byteLength;
        if (size <= maxBytes) {
          chunks.push(chunk);
        } else if (head !== undefined) {
          resolve({ ...head, bytes: null });
          cut();
        }
      },
      onResponseEnd() {
        if (head === undefined) reject(new Error('no answer'));
        else resolve({ ...head, bytes: Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    },
  );
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
