import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
import { channelError } from '../channel-errors.ts';
import type { OpenedFile } from '../contract.ts';
import { type FormFile, type MessengerEnd, MessengerHttp } from '../messenger-http.ts';

const KIND = 'telegram';
/** For a call that answers at once. Our choice: Telegram answers within a second or two. */
const CALL_TIMEOUT_MS = 30_000;
/** For an upload of the largest file, ms. */
const UPLOAD_TIMEOUT_MS = 110_000;
/** Bytes of an answer: a hundred updates of the largest kind have less than a megabyte. Our choice. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const answerSchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: z.number().optional(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() }).optional(),
});

/** How a call ended. */
export type CallEnd =
  | { readonly is: 'done'; readonly result: unknown }
  | {
      readonly is: 'error';
      readonly code: number;
      readonly why: string;
      /** Seconds. */
      readonly retryAfter: number | undefined;
    }
  /** No answer of Telegram. `sent`: it may have done it. */
  | { readonly is: 'none'; readonly sent: boolean; readonly why: string };

/** Telegram's Bot API over HTTP: one request a call, no second try. The token stands in every address, so none is ever told. */
export class TelegramApi {
  readonly #base: string;
  readonly #token: string;
  readonly #http: MessengerHttp;

  constructor({
    baseUrl,
    token,
    proxy,
  }: {
    readonly baseUrl: string;
    readonly token: string;
    readonly proxy?: string;
  }) {
    this.#base = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.#http = new MessengerHttp({ proxy });
  }

  /** Rejects only with the signal's reason. `waitMs`: how long Telegram itself may wait before it answers. */
  async call(
    method: string,
    fields: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    waitMs = 0,
  ): Promise<CallEnd> {
    const body = JSON.stringify(fields);
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', url: this.#urlOf(method), body, headers } as const;
    const timeoutMs = CALL_TIMEOUT_MS + waitMs;
    return this.#endOf(await this.#http.ask({ ...request, timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal }));
  }

  /** The same with a file in the body, which is sent as it is read. */
  async upload(
    method: string,
    fields: Readonly<Record<string, string>>,
    file: FormFile,
    signal: AbortSignal,
  ): Promise<CallEnd> {
    const request = { url: this.#urlOf(method), timeoutMs: UPLOAD_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal };
    return this.#endOf(await this.#http.upload(request, fields, file));
  }

  /** @throws channel_unreachable, channel_unauthorised, channel_conflict, channel_too_many, channel_failed */
  async need<Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    fields: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    waitMs?: number,
  ): Promise<z.output<Schema>> {
    const end = await this.call(method, fields, signal, waitMs);
    if (end.is !== 'done') throw errorOf(method, end);
    const parsed = schema.safeParse(end.result);
    if (!parsed.success) throw channelError('channel_failed', { kind: KIND, why: `${method} answered something else` });
    return parsed.data;
  }

  /** Opens a file by the path that `getFile` told. @throws channel_file_gone, channel_unreachable */
  async openFile(path: string, signal: AbortSignal): Promise<OpenedFile> {
    const url = new URL(`${this.#base}/file/bot${this.#token}/${path.split('/').map(encodeURIComponent).join('/')}`);
    return this.#http.openFile(KIND, url, signal);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #urlOf(method: string): URL {
    return new URL(`${this.#base}/bot${this.#token}/${method}`);
  }

  #endOf(end: MessengerEnd): CallEnd {
    if (end.is === 'failed') return { is: 'none', sent: end.sent, why: end.why };
    const json = parseBoundedJson(end.text);
    const parsed = answerSchema.safeParse(json.ok ? json.value : undefined);
    // A proxy or a balancer in front of Telegram: its page says nothing about what became of the request.
    if (!parsed.success) return { is: 'none', sent: true, why: `status ${end.status} without an answer of Telegram` };
    const { ok, result, error_code: code = end.status, description = '', parameters } = parsed.data;
    if (ok) return { is: 'done', result };
    const why = description.replaceAll(this.#token, '[hidden]').slice(0, MAX_WHY);
    return { is: 'error', code, why, retryAfter: parameters?.retry_after };
  }
}

/** Longest description that is told. */
const MAX_WHY = 300;

function errorOf(method: string, end: Exclude<CallEnd, { readonly is: 'done' }>): Error {
  const facts = { kind: KIND, why: `${method}: ${end.why}` };
  if (end.is === 'none') return channelError('channel_unreachable', facts);
  // A token of a wrong form is "Not Found", as a wrong address would be.
  if (end.code === 401 || end.code === 404) return channelError('channel_unauthorised', facts);
  if (end.code === 409) return channelError('channel_conflict', facts);
  if (end.code === 429) return channelError('channel_too_many', facts);
  return channelError('channel_failed', facts);
}
