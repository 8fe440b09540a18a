import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
import { channelError } from '../channel-errors.ts';
import type { OpenedFile } from '../contract.ts';
import { type FormFile, type MessengerEnd, MessengerHttp } from '../messenger-http.ts';

const KIND = 'vk';
/** The version whose objects are read and written here. */
export const VK_VERSION = '5.199';
/** For a call that answers at once. Our choice: VK answers within a second or two. */
const CALL_TIMEOUT_MS = 30_000;
/** For an upload of the largest file, ms. */
const UPLOAD_TIMEOUT_MS = 80_000;
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Longest description that is told. */
const MAX_WHY = 300;

const answerSchema = z.union([
  z.object({ response: z.unknown().refine((value) => value !== undefined) }),
  z.object({ error: z.object({ error_code: z.int(), error_msg: z.string().default('') }) }),
]);

/** How a call ended. */
export type VkEnd =
  | { readonly is: 'done'; readonly result: unknown }
  | { readonly is: 'error'; readonly code: number; readonly why: string }
  /** No answer of VK. `sent`: it may have done it. */
  | { readonly is: 'none'; readonly sent: boolean; readonly why: string };

type Fields = Readonly<Record<string, string | number | undefined>>;

/** Codes of VK (VKCOM/vk-api-schema, errors.json) that say the same of every method. */
export const UNAUTHORISED: readonly number[] = [5, 7, 15, 17, 27, 28];
export const TOO_MANY: readonly number[] = [6, 9, 29];

/** VK's API over HTTP: one request a call, no second try. The token stands in the body. */
export class VkApi {
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
    readonly proxy?: string | undefined;
  }) {
    this.#base = baseUrl.replace(/\/+$/, '');
    this.#token = token;
    this.#http = new MessengerHttp({ proxy });
  }

  /** Rejects only with the signal's reason. */
  async call(method: string, fields: Fields, signal: AbortSignal): Promise<VkEnd> {
    const form = new URLSearchParams();
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined) form.set(key, String(value));
    }
    // Last of all: no field that an author gives takes their place.
    form.set('access_token', this.#token);
    form.set('v', VK_VERSION);
    const end = await this.#http.ask({
      method: 'POST',
      url: new URL(`${this.#base}/method/${method}`),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      timeoutMs: CALL_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
    return this.#endOf(end);
  }

  /** @throws channel_unreachable, channel_unauthorised, channel_too_many, channel_failed */
  async need<Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    fields: Fields,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    return read(schema, method, await this.call(method, fields, signal));
  }

  /** Waits for events where VK said that they come: another host, which is not told the token. @throws as `need` */
  async wait<Schema extends z.ZodType>(
    schema: Schema,
    url: URL,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const timeoutMs = CALL_TIMEOUT_MS + waitMs;
    const end = await this.#http.ask({ method: 'GET', url, timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal });
    return read(schema, 'long poll', jsonEnd(end));
  }

  /** Sends a file to where VK said: another host, which is not told the token. */
  async upload(url: URL, file: FormFile, signal: AbortSignal): Promise<VkEnd> {
    const request = { url, timeoutMs: UPLOAD_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal };
    return jsonEnd(await this.#http.upload(request, {}, file));
  }

  /** Opens what a person sent, where VK says that it lies. @throws channel_file_gone, channel_unreachable */
  async openFile(url: URL, signal: AbortSignal): Promise<OpenedFile> {
    return this.#http.openFile(KIND, url, signal);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #endOf(end: MessengerEnd): VkEnd {
    if (end.is === 'failed') return { is: 'none', sent: end.sent, why: end.why };
    const json = parseBoundedJson(end.text);
    const parsed = answerSchema.safeParse(json.ok ? json.value : undefined);
    // A proxy or a balancer in front of VK: its page says nothing about what became of the request.
    if (!parsed.success) return { is: 'none', sent: true, why: `status ${end.status} without an answer of VK` };
    if ('response' in parsed.data) return { is: 'done', result: parsed.data.response };
    const { error_code: code, error_msg: text } = parsed.data.error;
    return { is: 'error', code, why: `${code} ${text}`.replaceAll(this.#token, '[hidden]').slice(0, MAX_WHY) };
  }
}

/** An answer that is plain JSON. */
function jsonEnd(end: MessengerEnd): VkEnd {
  if (end.is === 'failed') return { is: 'none', sent: end.sent, why: end.why };
  const json = end.status === 200 ? parseBoundedJson(end.text) : undefined;
  return json?.ok === true
    ? { is: 'done', result: json.value }
    : { is: 'none', sent: true, why: `status ${end.status} without an answer of VK` };
}

function read<Schema extends z.ZodType>(schema: Schema, method: string, end: VkEnd): z.output<Schema> {
  if (end.is !== 'done') throw errorOf(method, end);
  const parsed = schema.safeParse(end.result);
  if (!parsed.success) throw channelError('channel_failed', { kind: KIND, why: `${method} answered something else` });
  return parsed.data;
}

/** The coded error of a call that is no message. */
export function errorOf(method: string, end: Exclude<VkEnd, { readonly is: 'done' }>): Error {
  const facts = { kind: KIND, why: `${method}: ${end.why}` };
  if (end.is === 'none') return channelError('channel_unreachable', facts);
  if (UNAUTHORISED.includes(end.code)) return channelError('channel_unauthorised', facts);
  return channelError(TOO_MANY.includes(end.code) ? 'channel_too_many' : 'channel_failed', facts);
}
