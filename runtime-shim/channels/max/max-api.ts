import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
import { channelError } from '../channel-errors.ts';
import type { OpenedFile } from '../contract.ts';
import { type FormFile, type MessengerEnd, MessengerHttp } from '../messenger-http.ts';

const KIND = 'max';
/** For a call that answers at once. Our choice: MAX answers within a second or two. */
const CALL_TIMEOUT_MS = 30_000;
/** For an upload of the largest file that is sent along, ms. */
const UPLOAD_TIMEOUT_MS = 80_000;
/** Bytes of an answer: a hundred updates of the largest kind have less than two megabytes. Our choice. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Longest description that is told. */
const MAX_WHY = 300;

const errorSchema = z.object({ code: z.string(), message: z.string().default('') });
/** Some methods answer 200 and say inside that nothing was done. */
const failedSchema = z.object({
  success: z.literal(false),
  code: z.string().default(''),
  message: z.string().default(''),
});

/** How a call ended. */
export type MaxEnd =
  | { readonly is: 'done'; readonly result: unknown }
  | {
      readonly is: 'error';
      readonly status: number;
      /** MAX's word for it. */
      readonly code: string;
      readonly why: string;
      /** Seconds. */
      readonly retryAfter: number | undefined;
    }
  /** No answer of MAX. `sent`: it may have done it. */
  | { readonly is: 'none'; readonly sent: boolean; readonly why: string };

export interface MaxCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/messages`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** How long MAX itself may wait before it answers. */
  readonly waitMs?: number;
}

/** MAX's Bot API over HTTP: one request a call, no second try. The token stands in the header `Authorization`, as it is. */
export class MaxApi {
  readonly #base: string;
  readonly #token: string;
  readonly #http: MessengerHttp;

  constructor({
    baseUrl,
    token,
    proxy,
    ca,
  }: {
    readonly baseUrl: string;
    readonly token: string;
    readonly proxy?: string | undefined;
    readonly ca?: string | undefined;
  }) {
    this.#base = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.#http = new MessengerHttp({ proxy, ca });
  }

  /** Rejects only with the signal's reason. */
  async call({ method, path, query = {}, body, waitMs = 0 }: MaxCall, signal: AbortSignal): Promise<MaxEnd> {
    const url = new URL(`${this.#base}${path}`);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const end = await this.#http.ask({
      method,
      url,
      headers: {
        authorization: this.#token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: CALL_TIMEOUT_MS + waitMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
    return this.#endOf(end);
  }

  /** @throws channel_unreachable, channel_unauthorised, channel_conflict, channel_too_many, channel_failed */
  async need<Schema extends z.ZodType>(schema: Schema, call: MaxCall, signal: AbortSignal): Promise<z.output<Schema>> {
    const what = `${call.method} ${call.path}`;
    const end = await this.call(call, signal);
    if (end.is !== 'done') throw errorOf(what, end);
    const parsed = schema.safeParse(end.result);
    if (!parsed.success) throw channelError('channel_failed', { kind: KIND, why: `${what} answered something else` });
    return parsed.data;
  }

  /** Sends a file to where `POST /uploads` said: another host, which is not told the token. Its answer's text, as it is. */
  async upload(url: URL, file: FormFile, signal: AbortSignal): Promise<MaxEnd> {
    const end = await this.#http.upload(
      { url, timeoutMs: UPLOAD_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal },
      {},
      file,
    );
    if (end.is === 'answer' && end.status === 200) return { is: 'done', result: end.text };
    return this.#endOf(end);
  }

  /** Opens what a person sent, where MAX says that it lies. @throws channel_file_gone, channel_unreachable */
  async openFile(url: URL, signal: AbortSignal): Promise<OpenedFile> {
    return this.#http.openFile(KIND, url, signal);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #endOf(end: MessengerEnd): MaxEnd {
    if (end.is === 'failed') return { is: 'none', sent: end.sent, why: withAdvice(end.why) };
    const { status, retryAfter } = end;
    const json = parseBoundedJson(end.text);
    const value = json.ok ? json.value : undefined;
    const failed = failedSchema.safeParse(value).data;
    if (status === 200 && json.ok && failed === undefined) return { is: 'done', result: value };
    const told = failed ?? errorSchema.safeParse(value).data;
    // A proxy or a balancer in front of MAX: its page says nothing about what became of the request.
    if (told === undefined) return { is: 'none', sent: true, why: `status ${status} without an answer of MAX` };
    const why = [told.code, told.message].filter((word) => word !== '').join(': ');
    return {
      is: 'error',
      status: failed === undefined ? status : 400,
      code: told.code,
      why: why.replaceAll(this.#token, '[hidden]').slice(0, MAX_WHY),
      retryAfter,
    };
  }
}

/** MAX's certificate is by an authority that Node does not know. */
function withAdvice(why: string): string {
  return why.includes('TLS certificate')
    ? `${why}; "ca" of the channel names a file with the certificate of the authority that MAX uses`
    : why;
}

/** The coded error of a call that is no message. */
export function errorOf(what: string, end: Exclude<MaxEnd, { readonly is: 'done' }>): Error {
  const facts = { kind: KIND, why: `${what}: ${end.why}` };
  if (end.is === 'none') return channelError('channel_unreachable', facts);
  if (end.status === 401) return channelError('channel_unauthorised', facts);
  // Whoever is subscribed cannot poll.
  if (end.status === 405 || end.status === 409) return channelError('channel_conflict', facts);
  if (end.status === 429) return channelError('channel_too_many', facts);
  return channelError('channel_failed', facts);
}
