import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
import { type Check, failedCheck, type WebhookHeaders } from '../../../plugin/contract/plugin.ts';
import { same, type Text } from '../../../plugin/contract/text.ts';
import type { Json } from '../../../plugin/storage/contract.ts';
import type {
  ChannelDriver,
  ChannelTraits,
  FileType,
  InboundItem,
  Inspection,
  OpenedFile,
  Part,
  Received,
  SendContext,
  SendOutcome,
} from '../contract.ts';
import { channelError } from '../channel-errors.ts';
import { contentOf, fileNameOf, isSecret, paramsOf, shownAddress } from '../driver-parts.ts';
import { TelegramApi, type CallEnd } from './telegram-api.ts';
import { ALLOWED_UPDATES, readUpdate, updateNumber } from './telegram-updates.ts';

export const TELEGRAM_BASE_URL = 'https://api.telegram.org';
const MB = 1024 * 1024;

/** core.telegram.org/bots/api: sendMessage, inline keyboards, "Sending files". Units of text are UTF-16, as Telegram counts entities. */
export const TELEGRAM_TRAITS: ChannelTraits = {
  textUnits: 4_096,
  captionUnits: 1_024,
  // The number of buttons is undocumented: a hundred in all and eight in a row are what clients have been seen to show.
  buttons: { perRow: 8, rows: 100, all: 100, captionUnits: 256, dataBytes: 64 },
  linkBytes: { image: 5 * MB, video: 20 * MB, audio: 20 * MB, file: 20 * MB },
  uploadBytes: { image: 10 * MB, video: 50 * MB, audio: 50 * MB, file: 50 * MB },
};

const METHODS: Readonly<Record<FileType, { readonly method: string; readonly field: string }>> = {
  image: { method: 'sendPhoto', field: 'photo' },
  video: { method: 'sendVideo', field: 'video' },
  audio: { method: 'sendAudio', field: 'audio' },
  file: { method: 'sendDocument', field: 'document' },
};

/** How long a poll waits for something new, s. Telegram takes 50 at most; proxies cut what is silent for half a minute. */
const POLL_SECONDS = 25;
const POLL_LIMIT = 100;
/** Fields of a message that would be said in another account's name, or show what stands in another talk. */
const REFUSED = ['business_connection_id', 'reply_parameters', 'reply_to_message_id'];
/**
 * A cursor that is older, ms, is not used: after a week without updates Telegram numbers them anew, perhaps below it. What was
 * taken already is recognised by its own number.
 */
const CURSOR_MS = 6 * 86_400_000;
/** Pause where Telegram names none, ms. */
const DEFAULT_PAUSE_MS = 5_000;
/** Before a lost connection is tried again, ms, at least. */
const LOST_MS = 1_000;
/** Updates that wait at Telegram, above which something is wrong. Our choice: a poll takes a hundred. */
const MANY_PENDING = 1_000;
/** An error that Telegram met longer ago, s, is over. */
const RECENT_S = 900;

export interface TelegramOptions {
  /** From @BotFather. */
  readonly token: string;
  /** Default `poll`: nothing has to be reachable from outside. */
  readonly mode?: 'poll' | 'webhook';
  /** For `webhook`: what Telegram says with every event, 1–256 of `A-Za-z0-9_-`. */
  readonly secret?: string;
  /** Default `https://api.telegram.org`: another one is a server of one's own, or a proxy that stands for it. */
  readonly baseUrl?: string;
  /** `http://user:password@host:port`: requests go through it. */
  readonly proxy?: string;
}

/** A bot in Telegram. @throws TypeError without what the mode needs */
export function telegramDriver(options: TelegramOptions): ChannelDriver {
  return new TelegramDriver(options);
}

const cursorSchema = z.object({ offset: z.int(), at: z.number() });
const botSchema = z.object({ id: z.int(), username: z.string().optional(), first_name: z.string().optional() });
const webhookSchema = z.object({
  url: z.string(),
  pending_update_count: z.number().optional(),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
});
const fileSchema = z.object({ file_path: z.string(), file_size: z.number().optional() });

const updatesSchema = z.array(z.unknown());

class TelegramDriver implements ChannelDriver {
  readonly kind = 'telegram';
  readonly traits = TELEGRAM_TRAITS;
  readonly mode: 'poll' | 'webhook';
  readonly account: string;
  readonly #api: TelegramApi;
  readonly #secret: string | undefined;

  constructor({ token, mode = 'poll', secret, baseUrl = TELEGRAM_BASE_URL, proxy }: TelegramOptions) {
    if (mode === 'webhook' && secret === undefined) throw new TypeError('a webhook of Telegram needs a secret');
    this.mode = mode;
    this.account = token.split(':', 1)[0] ?? '';
    this.#api = new TelegramApi({ baseUrl, token, ...(proxy === undefined ? {} : { proxy }) });
    this.#secret = secret;
  }

  receive(bytes: Uint8Array, headers: WebhookHeaders, now: number): Received {
    const given = headers['x-telegram-bot-api-secret-token'];
    const isTelegram = this.#secret !== undefined && isSecret(given, this.#secret);
    if (!isTelegram) return { answer: { status: 401, body: '{}' }, items: [] };
    const json = isUtf8(bytes) ? parseBoundedJson(new TextDecoder().decode(bytes)) : undefined;
    // Whatever it is, it is Telegram's: refused it would come again, and everything behind it would wait.
    const value = json?.ok === true ? json.value : Buffer.from(bytes).toString();
    return { answer: { status: 200, body: '{}' }, items: [readUpdate(value, now)] };
  }

  async poll(
    cursor: Json | null,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly InboundItem[]; readonly cursor: Json }> {
    const parsed = cursorSchema.safeParse(cursor);
    const offset = parsed.success && now - parsed.data.at < CURSOR_MS ? parsed.data.offset : undefined;
    const fields = {
      limit: POLL_LIMIT,
      timeout: POLL_SECONDS,
      allowed_updates: ALLOWED_UPDATES,
      ...(offset === undefined ? {} : { offset }),
    };
    const updates = await this.#api.need(updatesSchema, 'getUpdates', fields, signal, POLL_SECONDS * 1_000);
    const next = Math.max(offset ?? 0, ...updates.map((update) => (updateNumber(update) ?? 0) + 1));
    return {
      items: updates.map((update) => readUpdate(update, now)),
      // The time is that of the last update: without any the cursor grows old.
      cursor: { offset: next, at: updates.length > 0 || offset === undefined ? now : (parsed.data?.at ?? now) },
    };
  }

  async send(lead: string, part: Part, context: SendContext): Promise<SendOutcome> {
    const { file, text = '' } = part;
    const markup = markupOf(part);
    // Whatever fields of Telegram an author gives, they do not change whom it is sent to.
    const common = {
      ...paramsOf(part, REFUSED),
      chat_id: lead,
      ...(markup === undefined ? {} : { reply_markup: markup }),
    };
    if (file === undefined) {
      return outcomeOf(await this.#api.call('sendMessage', { ...common, text }, context.signal), part);
    }
    const { method, field } = METHODS[file.type];
    const fields = { ...common, ...(text === '' ? {} : { caption: text }) };
    if (file.by === 'link') {
      return outcomeOf(await this.#api.call(method, { ...fields, [field]: file.url }, context.signal), part);
    }
    const content = await contentOf(file, TELEGRAM_TRAITS.uploadBytes[file.type], context);
    if ('is' in content) return content;
    const form = { field, name: fileNameOf(file), content };
    const end = await this.#api.upload(method, asTexts(fields), form, context.signal);
    return outcomeOf(end, part);
  }

  async answerPress(
    lead: string,
    {
      press,
      message,
      keepsButtons,
    }: { readonly press: string; readonly message: string; readonly keepsButtons?: true },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#api.call('answerCallbackQuery', { callback_query_id: press }, signal);
    // The same button cannot be pressed again, also by an app that was closed before it saw the answer.
    if (message !== '0' && keepsButtons !== true) {
      await this.#api.call('editMessageReplyMarkup', { chat_id: lead, message_id: Number(message) }, signal);
    }
  }

  async openFile(file: string, signal: AbortSignal): Promise<OpenedFile> {
    const end = await this.#api.call('getFile', { file_id: file }, signal);
    if (end.is === 'none') throw channelError('channel_unreachable', { kind: this.kind, why: end.why });
    const parsed = fileSchema.safeParse(end.is === 'done' ? end.result : undefined);
    if (!parsed.success) {
      const why = end.is === 'error' ? end.why : 'getFile told no path';
      throw channelError('channel_file_gone', { kind: this.kind, why });
    }
    return this.#api.openFile(parsed.data.file_path, signal);
  }

  async register(url: string | null, signal: AbortSignal): Promise<void> {
    if (url === null) {
      await this.#api.need(z.unknown(), 'deleteWebhook', { drop_pending_updates: false }, signal);
      return;
    }
    const fields = {
      url,
      secret_token: this.#secret,
      allowed_updates: ALLOWED_UPDATES,
      drop_pending_updates: false,
    };
    await this.#api.need(z.unknown(), 'setWebhook', fields, signal);
  }

  async inspect(url: string | null, signal: AbortSignal): Promise<Inspection> {
    const bot = await this.#api.need(botSchema, 'getMe', {}, signal);
    const hook = await this.#api.need(webhookSchema, 'getWebhookInfo', {}, signal);
    const account = bot.username === undefined ? String(bot.id) : `@${bot.username}`;
    return {
      account,
      registered: hook.url === '' ? null : hook.url,
      checks: [{ name: 'token', ok: true }, addressCheck(hook.url, url), errorCheck(hook), pendingCheck(hook)],
    };
  }

  async close(): Promise<void> {
    await this.#api.close();
  }
}

function markupOf({ buttons }: Part): { readonly inline_keyboard: readonly unknown[] } | undefined {
  if (buttons === undefined) return undefined;
  const keyboard = buttons.map((row) =>
    row.map(({ text, data, url, app }) => ({
      text,
      ...(url === undefined ? (app === undefined ? { callback_data: data } : { web_app: { url: app } }) : { url }),
    })),
  );
  return { inline_keyboard: keyboard };
}

/** Fields of a form: what is no text is JSON there. */
function asTexts(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** What people see of a person that is gone (tdlib/telegram-bot-api, `Client.cpp`: these come with 403 and 400). */
const GONE =
  /chat not found|user not found|PEER_ID_INVALID|user is deactivated|USER_IS_BLOCKED|group chat was upgraded/i;
const BUTTONS = /BUTTON|inline keyboard|reply markup|reply_markup|web ?app/i;

function outcomeOf(end: CallEnd, { file }: Part): SendOutcome {
  if (end.is === 'done') return { is: 'done' };
  const { why } = end;
  if (end.is === 'none') {
    return end.sent ? { is: 'unknown', why } : { is: 'later', forMs: LOST_MS, scope: 'lead', why };
  }
  const { code, retryAfter } = end;
  if (code === 429) {
    return {
      is: 'later',
      forMs: retryAfter === undefined ? DEFAULT_PAUSE_MS : retryAfter * 1_000,
      scope: 'channel',
      why,
    };
  }
  if (code === 401 || code === 404) return { is: 'not_authorised', why };
  if (code === 403 || GONE.test(why)) return { is: 'refused', why };
  if (code >= 500) return { is: 'unknown', why };
  if (BUTTONS.test(why)) return { is: 'not_shown', because: 'buttons', why };
  return { is: 'not_shown', because: file === undefined ? 'other' : 'file', why };
}

type Hook = z.infer<typeof webhookSchema>;

const ADVICE = {
  set: { en: 'metabot-livetex channel set puts it right', ru: 'исправит metabot-livetex channel set' },
  reach: {
    en: 'Telegram must reach the address by HTTPS, and "secret" must be the one that channel set gave it',
    ru: 'адрес должен быть доступен Telegram по HTTPS, а "secret" — тем, который передал channel set',
  },
  serve: { en: 'see whether a server runs with this channel', ru: 'проверьте, запущен ли сервер с этим каналом' },
} as const satisfies Readonly<Record<string, Text>>;

function addressCheck(found: string, wanted: string | null): Check {
  const name = 'webhook';
  if (found === (wanted ?? '')) return { name, ok: true };
  const at = shown(found);
  if (wanted === null) {
    const problem = {
      en: `it is polled, but Telegram posts to ${at.en}, so a poll gets nothing`,
      ru: `канал опрашивается, но Telegram шлёт на ${at.ru}, поэтому опрос ничего не получает`,
    };
    return failedCheck(name, problem, ADVICE.set);
  }
  const problem = {
    en: `Telegram posts ${found === '' ? 'nowhere' : `to ${at.en}`}, not to ${wanted}`,
    ru: `Telegram шлёт ${found === '' ? 'никуда' : `на ${at.ru}`}, а не на ${wanted}`,
  };
  return failedCheck(name, problem, ADVICE.set);
}

function errorCheck({ last_error_date: at, last_error_message: message = '' }: Hook): Check {
  const isRecent = at !== undefined && Date.now() / 1_000 - at < RECENT_S;
  if (!isRecent) return { name: 'lastError', ok: true };
  const problem = {
    en: `Telegram's last event was not taken: ${message}`,
    ru: `последнее событие Telegram не принято: ${message}`,
  };
  return failedCheck('lastError', problem, ADVICE.reach);
}

function pendingCheck({ pending_update_count: count = 0 }: Hook): Check {
  if (count < MANY_PENDING) return { name: 'pending', ok: true };
  const problem = {
    en: `${count} updates wait at Telegram, which keeps them for a day`,
    ru: `в Telegram ждут события: ${count}; он хранит их сутки`,
  };
  return failedCheck('pending', problem, ADVICE.serve);
}

function shown(url: string): Text {
  const address = shownAddress(url);
  return address === undefined ? { en: 'an address that is no URL', ru: 'адрес, который не URL' } : same(address);
}
