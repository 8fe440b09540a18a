import { createHmac } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
import { type Check, failedCheck, type WebhookHeaders } from '../../../plugin/contract/plugin.ts';
import type { Text } from '../../../plugin/contract/text.ts';
import type { Json } from '../../../plugin/storage/contract.ts';
import { channelError } from '../channel-errors.ts';
import type {
  ChannelDriver,
  ChannelTraits,
  InboundItem,
  Inspection,
  OpenedFile,
  Part,
  Received,
  SendContext,
  SendOutcome,
  Settled,
} from '../contract.ts';
import { contentOf, digest, fileNameOf, isSecret, shownAddress } from '../driver-parts.ts';
import { errorOf, MaxApi, type MaxEnd } from './max-api.ts';
import { isSamePart, partBody } from './max-message.ts';
import {
  attachmentsOf,
  markOf,
  markSchema,
  messageSchema,
  type Press,
  readUpdate,
  UPDATE_TYPES,
} from './max-updates.ts';

export const MAX_BASE_URL = 'https://platform-api2.max.ru';
const MB = 1024 * 1024;

/** dev.max.ru/docs-api: POST /messages, POST /uploads, "Клавиатура". */
export const MAX_TRAITS: ChannelTraits = {
  textUnits: 4_000,
  captionUnits: 4_000,
  // Sound and other files must be the only attachment of a message, and a keyboard is one.
  buttons: { perRow: 7, rows: 30, all: 210, captionUnits: 128, dataBytes: 1_024, under: ['image', 'video'] },
  linkBytes: { image: 50 * MB, video: 0, audio: 0, file: 0 },
  // MAX takes up to 4 GB; more than this does not go through within the time of one try. Our choice.
  uploadBytes: { image: 50 * MB, video: 250 * MB, audio: 250 * MB, file: 250 * MB },
  // Two messages a second in one talk, two polls a second.
  leadPauseMs: 500,
  pollPauseMs: 500,
  // After eight hours without an answer MAX forgets the subscription.
  renewMs: 4 * 3_600_000,
};

const POLL_SECONDS = 25;
const POLL_LIMIT = 100;
/** Pause where MAX names none, ms. Our choice: its limits are counted by the second. */
const DEFAULT_PAUSE_MS = 1_000;
/** Before a lost connection is tried again, ms, at least. */
const LOST_MS = 1_000;
/** MAX works on a file after it has taken it: the message is refused meanwhile, and asked for again after these waits, ms. */
const READY_WAITS_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];
/** A file that is still worked on is tried again as a whole after this, ms. */
const NOT_READY_MS = 60_000;
/** Newest messages of a talk that are looked through for one that may have arrived. */
const ASKED_MESSAGES = 50;

export interface MaxOptions {
  /** From business.max.ru. */
  readonly token: string;
  /** Default `webhook`: polling is for trying out, says MAX. */
  readonly mode?: 'webhook' | 'poll';
  /** What MAX says with every event, 5–256 of `A-Za-z0-9_-`. Default: made from the token, the same on all nodes. */
  readonly secret?: string;
  /** Default `https://platform-api2.max.ru`. */
  readonly baseUrl?: string;
  /** `http://user:password@host:port`: requests go through it. */
  readonly proxy?: string;
  /** Certificates in PEM form: whoever they have signed is trusted by this client, beside those that Node trusts. */
  readonly ca?: string;
}

/** A bot in MAX. */
export function maxDriver(options: MaxOptions): ChannelDriver {
  return new MaxDriver(options);
}

const cursorSchema = z.object({ marker: z.number() });
const updatesSchema = z.object({ updates: z.array(z.unknown()), marker: z.number().nullish() });
const botSchema = z.object({ user_id: z.int(), username: z.string().nullish() });
const subscriptionsSchema = z.object({
  subscriptions: z.array(z.object({ url: z.string(), time: z.number(), update_types: z.array(z.string()).nullish() })),
});
type Subscription = z.infer<typeof subscriptionsSchema>['subscriptions'][number];
const sentSchema = z.object({ message: messageSchema });
const messagesSchema = z.object({ messages: z.array(z.unknown()) });
const uploadSchema = z.object({ url: z.url(), token: z.string().nullish() });
const uploadedSchema = z.union([
  z.object({ photos: z.record(z.string(), z.object({ token: z.string() })) }),
  z.object({ token: z.string() }),
]);
const videoSchema = z.object({ urls: z.record(z.string(), z.string().nullish()).nullish() });
const VIDEO_SIZES = ['mp4_1080', 'mp4_720', 'mp4_480', 'mp4_360', 'mp4_240', 'mp4_144'];

/** What stands for a file in a message. */
type Media = { readonly url: string } | z.infer<typeof uploadedSchema>;

class MaxDriver implements ChannelDriver {
  readonly kind = 'max';
  readonly traits = MAX_TRAITS;
  readonly mode: 'webhook' | 'poll';
  /** A token says nothing of its bot: the account is the token's own mark. */
  readonly account: string;
  readonly #api: MaxApi;
  readonly #secret: string;

  constructor({ token, mode = 'webhook', secret, baseUrl = MAX_BASE_URL, proxy, ca }: MaxOptions) {
    this.mode = mode;
    this.account = digest(token).toString('hex').slice(0, 16);
    this.#api = new MaxApi({ baseUrl, token, proxy, ca });
    this.#secret = secret ?? createHmac('sha256', token).update('webhook').digest('base64url');
  }

  receive(bytes: Uint8Array, headers: WebhookHeaders, now: number): Received {
    const given = headers['x-max-bot-api-secret'];
    if (!isSecret(given, this.#secret)) return { answer: { status: 401, body: '' }, items: [] };
    const json = isUtf8(bytes) ? parseBoundedJson(new TextDecoder().decode(bytes)) : undefined;
    // Whatever it is, it is MAX's: refused it would come again, ten times.
    const value = json?.ok === true ? json.value : Buffer.from(bytes).toString();
    return { answer: { status: 200, body: '' }, items: readUpdate(value, now) };
  }

  async poll(
    cursor: Json | null,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly InboundItem[]; readonly cursor: Json }> {
    const marker = cursorSchema.safeParse(cursor).data?.marker;
    const query = { limit: POLL_LIMIT, timeout: POLL_SECONDS, marker, types: UPDATE_TYPES.join(',') };
    const call = { method: 'GET', path: '/updates', query, waitMs: POLL_SECONDS * 1_000 } as const;
    const { updates, marker: next } = await this.#api.need(updatesSchema, call, signal);
    const known = next ?? marker;
    return {
      items: updates.flatMap((update) => readUpdate(update, now)),
      cursor: known === undefined ? null : { marker: known },
    };
  }

  async send(lead: string, part: Part, context: SendContext): Promise<SendOutcome> {
    const media = part.file === undefined ? undefined : await this.#mediaOf(part.file, context);
    if (media !== undefined && 'is' in media) return media;
    const body = partBody(part, media);
    const call = { method: 'POST', path: '/messages', query: { user_id: lead }, body } as const;
    for (const wait of [...READY_WAITS_MS, undefined]) {
      const end = await this.#api.call(call, context.signal);
      if (end.is === 'done') {
        const sent = sentSchema.safeParse(end.result).data;
        const mark = sent === undefined ? undefined : markOf(sent.message);
        return { is: 'done', ...(mark === undefined ? {} : { mark }) };
      }
      const isBusy = end.is === 'error' && end.code === 'attachment.not.ready';
      if (!isBusy) return outcomeOf(end, part);
      if (wait !== undefined) await ready(wait, context.signal);
    }
    return { is: 'later', forMs: NOT_READY_MS, scope: 'lead', why: 'MAX still works on the file' };
  }

  /** Looks whether the talk has it, behind what was there before. */
  async settle(_lead: string, part: Part, mark: string | null, signal: AbortSignal): Promise<Settled> {
    const known = parseBoundedJson(mark ?? '');
    const parsed = markSchema.safeParse(known.ok ? known.value : undefined);
    if (!parsed.success) return { is: 'unknown' };
    const { chat, at, mid } = parsed.data;
    const query = { chat_id: chat, count: ASKED_MESSAGES };
    const end = await this.#api.call({ method: 'GET', path: '/messages', query }, signal);
    const list = messagesSchema.safeParse(end.is === 'done' ? end.result : undefined);
    if (!list.success) return { is: 'unknown' };
    const messages = list.data.messages.flatMap((one) => messageSchema.safeParse(one).data ?? []);
    const newer = messages.filter(({ timestamp, body }) => timestamp >= at && body.mid !== mid);
    const verdicts = newer.map((message) => ({ message, is: isSamePart(message, part) }));
    const same = verdicts.find((verdict) => verdict.is === true);
    if (same === undefined) return { is: verdicts.some((verdict) => verdict.is === undefined) ? 'unknown' : 'missing' };
    const found = markOf(same.message);
    return { is: 'arrived', ...(found === undefined ? {} : { mark: found }) };
  }

  async answerPress(_lead: string, { press }: { readonly press: string }, signal: AbortSignal): Promise<void> {
    const { id, text } = JSON.parse(press) as Press;
    // A message that is more than a text with buttons keeps them: to take them away, all else would be sent anew.
    const body = text === undefined ? { notification: '✓' } : { message: { text, attachments: [], link: null } };
    await this.#api.call({ method: 'POST', path: '/answers', query: { callback_id: id }, body }, signal);
  }

  /** `<message>/<attachment>`: addresses that MAX told once may have ended. */
  async openFile(file: string, signal: AbortSignal): Promise<OpenedFile> {
    const [, mid = '', index = ''] = /^([\w.-]+)\/(\d{1,4})$/.exec(file) ?? [];
    if (mid === '') throw this.#gone('it is no file of MAX');
    const end = await this.#api.call({ method: 'GET', path: `/messages/${mid}` }, signal);
    if (end.is === 'none' || (end.is === 'error' && end.status !== 404 && end.status !== 403 && end.status !== 400)) {
      throw errorOf('GET /messages/{messageId}', end);
    }
    const message = messageSchema.safeParse(end.is === 'done' ? end.result : undefined);
    const { type, payload } = (message.success ? attachmentsOf(message.data)[Number(index)] : undefined) ?? {};
    const best = type === 'video' ? await this.#videoUrl(payload?.token ?? '', signal) : undefined;
    const url = URL.parse(best ?? payload?.url ?? '');
    if (url === null) throw this.#gone(end.is === 'error' ? end.why : 'the message has no such file');
    return this.#api.openFile(url, signal);
  }

  async register(url: string | null, signal: AbortSignal, only?: string): Promise<void> {
    const { subscriptions } = await this.#subscriptions(signal);
    if (url !== null) {
      const body = { url, update_types: UPDATE_TYPES, secret: this.#secret };
      await this.#api.need(z.unknown(), { method: 'POST', path: '/subscriptions', body }, signal);
    }
    // Every subscription gets every event: another server would answer the same people.
    for (const other of subscriptions) {
      if (other.url === url || (only !== undefined && other.url !== only)) continue;
      const query = { url: other.url };
      await this.#api.need(z.unknown(), { method: 'DELETE', path: '/subscriptions', query }, signal);
    }
  }

  async inspect(url: string | null, signal: AbortSignal): Promise<Inspection> {
    const bot = await this.#api.need(botSchema, { method: 'GET', path: '/me' }, signal);
    const { subscriptions } = await this.#subscriptions(signal);
    const ours = subscriptions.find((one) => one.url === url);
    const registered = ours ?? subscriptions[0];
    const username = bot.username ?? '';
    return {
      account: username === '' ? String(bot.user_id) : `@${username}`,
      registered: registered?.url ?? null,
      ...(registered === undefined ? {} : { registeredAt: inMs(registered.time) }),
      checks: [{ name: 'token', ok: true }, addressCheck(subscriptions, url), eventsCheck(ours)],
    };
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  #subscriptions(signal: AbortSignal): Promise<z.infer<typeof subscriptionsSchema>> {
    return this.#api.need(subscriptionsSchema, { method: 'GET', path: '/subscriptions' }, signal);
  }

  /** What stands for the file in the message; an outcome: the message cannot be sent with it. */
  async #mediaOf(file: NonNullable<Part['file']>, context: SendContext): Promise<Media | SendOutcome> {
    const { signal } = context;
    if (file.by === 'link') return { url: file.url };
    const asked = await this.#api.call({ method: 'POST', path: '/uploads', query: { type: file.type } }, signal);
    if (asked.is !== 'done') return notSent(asked);
    const place = uploadSchema.safeParse(asked.result);
    if (!place.success) return { is: 'later', forMs: LOST_MS, scope: 'lead', why: 'MAX names no place for the file' };
    const content = await contentOf(file, MAX_TRAITS.uploadBytes[file.type], context);
    if ('is' in content) return content;
    const form = { field: 'data', name: fileNameOf(file), content };
    const end = await this.#api.upload(new URL(place.data.url), form, signal);
    if (end.is !== 'done') return notSent(end);
    // A video's or a sound's token was told with the place; the others' stands in the answer.
    const told = typeof end.result === 'string' ? parseBoundedJson(end.result) : undefined;
    const uploaded = uploadedSchema.safeParse(told?.ok === true ? told.value : undefined);
    if (uploaded.success) return uploaded.data;
    const { token } = place.data;
    return token === undefined || token === null
      ? { is: 'not_shown', because: 'file', why: 'MAX did not take the file' }
      : { token };
  }

  async #videoUrl(token: string, signal: AbortSignal): Promise<string | undefined> {
    if (!/^[\w-]+$/.test(token)) return undefined;
    const end = await this.#api.call({ method: 'GET', path: `/videos/${token}` }, signal);
    const { urls } = videoSchema.safeParse(end.is === 'done' ? end.result : undefined).data ?? {};
    return VIDEO_SIZES.map((size) => urls?.[size]).find((one) => typeof one === 'string') ?? undefined;
  }

  #gone(why: string): Error {
    return channelError('channel_file_gone', { kind: this.kind, why });
  }
}

/** Rejects with the signal's reason. */
async function ready(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Seconds in some answers, as its schema says "Unix time". */
function inMs(time: number): number {
  return time < 1e11 ? time * 1_000 : time;
}

/** A step before the message failed: nothing has been sent yet, and it says nothing of the person. */
function notSent(end: Exclude<MaxEnd, { readonly is: 'done' }>): SendOutcome {
  const { why } = end;
  if (end.is === 'none' || end.status >= 500) return { is: 'later', forMs: LOST_MS, scope: 'lead', why };
  return refusal(end) ?? { is: 'not_shown', because: 'file', why };
}

/** What concerns every request alike. */
function refusal({ status, retryAfter, why }: Extract<MaxEnd, { readonly is: 'error' }>): SendOutcome | undefined {
  if (status === 401) return { is: 'not_authorised', why };
  if (status !== 429) return undefined;
  const forMs = retryAfter === undefined ? DEFAULT_PAUSE_MS : retryAfter * 1_000;
  return { is: 'later', forMs, scope: 'channel', why };
}

/** MAX's words for a person that cannot be written to, and for what it does not like. */
const GONE = /suspend|^(chat|dialog|user)\.(denied|blocked|not\.?found)/i;
const BUTTONS = /button|keyboard/i;

function outcomeOf(end: Exclude<MaxEnd, { readonly is: 'done' }>, part: Part): SendOutcome {
  const { why } = end;
  if (end.is === 'none') {
    return end.sent ? { is: 'unknown', why } : { is: 'later', forMs: LOST_MS, scope: 'lead', why };
  }
  const { status, code } = end;
  const refused = refusal(end);
  if (refused !== undefined) return refused;
  if (status === 403 || status === 404 || GONE.test(code)) return { is: 'refused', why };
  if (status >= 500) return { is: 'unknown', why };
  if (part.buttons !== undefined && BUTTONS.test(why)) return { is: 'not_shown', because: 'buttons', why };
  return { is: 'not_shown', because: part.file === undefined ? 'other' : 'file', why };
}

const ADVICE = {
  set: { en: 'metabot-livetex channel set puts it right', ru: 'исправит metabot-livetex channel set' },
} as const satisfies Readonly<Record<string, Text>>;

function addressCheck(subscriptions: readonly Subscription[], wanted: string | null): Check {
  const name = 'webhook';
  const others = subscriptions.filter(({ url }) => url !== wanted).map(({ url }) => shownAddress(url) ?? '?');
  const isRight = wanted === null || subscriptions.some(({ url }) => url === wanted);
  if (isRight && others.length === 0) return { name, ok: true };
  const list = others.length === 0 ? undefined : others.join(', ');
  if (wanted === null) {
    const problem = {
      en: `it is polled, but MAX posts to ${list}, so a poll gets nothing`,
      ru: `канал опрашивается, но MAX шлёт на ${list}, поэтому опрос ничего не получает`,
    };
    return failedCheck(name, problem, ADVICE.set);
  }
  const problem = isRight
    ? { en: `MAX posts to ${list} as well`, ru: `MAX шлёт ещё и на ${list}` }
    : {
        en: `MAX posts ${list === undefined ? 'nowhere' : `to ${list}`}, not to ${wanted}`,
        ru: `MAX шлёт ${list === undefined ? 'никуда' : `на ${list}`}, а не на ${wanted}`,
      };
  return failedCheck(name, problem, ADVICE.set);
}

/** Are all events that we need posted? */
function eventsCheck(ours: Subscription | undefined): Check {
  const types = ours?.update_types ?? [];
  const missing = types.length === 0 ? [] : UPDATE_TYPES.filter((type) => !types.includes(type));
  if (missing.length === 0) return { name: 'events', ok: true };
  const list = missing.join(', ');
  return failedCheck('events', { en: `MAX does not post ${list}`, ru: `MAX не присылает ${list}` }, ADVICE.set);
}
