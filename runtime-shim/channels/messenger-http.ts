import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { networkReason } from '../../plugin/contract/network-reason.ts';
import { exchange } from '../api/exchange.ts';
import { channelError } from './channel-errors.ts';
import type { OpenedFile } from './contract.ts';

/** Connections to one messenger. Our choice: a long poll, and as many messages as the engine sends at one time. */
const MAX_CONNECTIONS = 24;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long an idle connection is kept, ms: under the time after which servers close it. */
const KEEP_ALIVE_MS = 4_000;

export interface MessengerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /** For everything, connecting included. */
  readonly timeoutMs: number;
  /** Bytes of the answer. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** How a request ended. `why`: a sentence without the address, which may hold a token. */
export type MessengerEnd =
  | {
      readonly is: 'answer';
      readonly status: number;
      readonly text: string;
      /** Seconds that `Retry-After` names. */
      readonly retryAfter: number | undefined;
    }
  /** `sent`: it went out, so what it asks for may have been done. */
  | { readonly is: 'failed'; readonly sent: boolean; readonly why: string };

/** The connections of one channel, through its proxy if it has one. Nothing is tried twice, no redirect is followed. */
export class MessengerHttp {
  readonly #dispatcher: Dispatcher;

  /**
   * @param proxy `http://user:password@host:port`
   * @param ca PEM: whoever it has signed is trusted here, and nowhere else in this process, beside those that Node trusts
   */
  constructor({ proxy, ca }: { readonly proxy?: string | undefined; readonly ca?: string | undefined } = {}) {
    const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
    const options = {
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
      allowH2: false,
      // The deadline of the request covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_TIMEOUT_MS, ...trusted },
    };
    this.#dispatcher =
      proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy, requestTls: trusted });
  }

  /** Rejects only with the reason of the request's own signal. */
  async ask({ method, url, headers = {}, body, timeoutMs, maxBytes, signal }: MessengerRequest): Promise<MessengerEnd> {
    const late = AbortSignal.timeout(timeoutMs);
    let sent = false;
    try {
      const {
        status,
        headers: told,
        bytes,
      } = await exchange({
        dispatcher: this.#dispatcher,
        url,
        method,
        headers: { accept: 'application/json', ...headers },
        body: body ?? null,
        maxBytes,
        signal: AbortSignal.any([signal, late]),
        onSent: () => {
          sent = true;
        },
      });
      if (bytes === null) return { is: 'failed', sent, why: `the answer has more than ${maxBytes} bytes` };
      const wait = Number(first(told['retry-after']));
      const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : undefined;
      return { is: 'answer', status, text: String(bytes), retryAfter };
    } catch (error) {
      signal.throwIfAborted();
      return { is: 'failed', sent, why: late.aborted ? `no answer within ${timeoutMs} ms` : networkReason(error) };
    }
  }

  /** A POST of a form with a file in it, which is sent as it is read. */
  async upload(
    request: Omit<MessengerRequest, 'method' | 'body'>,
    fields: Readonly<Record<string, string>>,
    file: FormFile,
  ): Promise<MessengerEnd> {
    const boundary = `----metabot${crypto.randomUUID()}`;
    const body = Readable.from(multipart(boundary, fields, file), { objectMode: false });
    const headers = { ...request.headers, 'content-type': `multipart/form-data; boundary=${boundary}` };
    return this.ask({ ...request, method: 'POST', headers, body });
  }

  /** A file as it comes. `kind`: the messenger's. @throws channel_file_gone, channel_unreachable */
  async openFile(kind: string, url: URL, signal: AbortSignal): Promise<OpenedFile> {
    const answer = await openUrl(this.#dispatcher, url, signal).catch(() => {
      signal.throwIfAborted();
      throw channelError('channel_unreachable', { kind, why: 'the file was not answered' });
    });
    if ('file' in answer) return answer.file;
    throw channelError('channel_file_gone', { kind, why: 'it is not there any more' });
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** A file in a form. */
export interface FormFile {
  readonly field: string;
  readonly name: string;
  readonly content: OpenedFile;
}

/** RFC 7578. Names are ours, so they need no escape; the file's own name does. */
async function* multipart(
  boundary: string,
  fields: Readonly<Record<string, string>>,
  { field, name, content }: FormFile,
): AsyncGenerator<Uint8Array> {
  for (const [key, value] of Object.entries(fields)) {
    yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`);
  }
  const safe = name.replaceAll(/["\r\n\\]/g, '_');
  const type = content.type ?? 'application/octet-stream';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${safe}"`;
  yield Buffer.from(`${head}\r\ncontent-type: ${type}\r\n\r\n`);
  yield* content.stream;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** One GET whose answer is read as it comes. Of any other answer than 200 nothing is read. @throws what undici says */
export async function openUrl(
  dispatcher: Dispatcher,
  url: URL,
  signal: AbortSignal,
): Promise<
  | { readonly status: 200; readonly file: OpenedFile }
  | { readonly status: number; readonly location: string | undefined }
> {
  const path = `${url.pathname}${url.search}`;
  const { statusCode, headers, body } = await dispatcher.request({ origin: url.origin, path, method: 'GET', signal });
  if (statusCode !== 200) {
    body.on('error', () => undefined).destroy();
    return { status: statusCode, location: first(headers['location']) };
  }
  const size = Number(first(headers['content-length']));
  const type = first(headers['content-type']);
  const file = {
    stream: body,
    ...(Number.isSafeInteger(size) ? { size } : {}),
    ...(type === undefined ? {} : { type }),
  };
  return { status: 200, file };
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
