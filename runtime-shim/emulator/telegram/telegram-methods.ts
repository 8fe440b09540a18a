/** What Telegram's Bot API does and refuses, in its own words (tdlib/telegram-bot-api, `Client.cpp`; core.telegram.org/bots/api). */
import { z } from 'zod';
import type { ShownMessage, TelegramFileKind } from './telegram-contract.ts';
import type { Chat, InlineButton, TelegramChats } from './telegram-chats.ts';
import type { TelegramWebhook } from './telegram-webhook.ts';
import type { UpdateQueue } from './update-queue.ts';

const MAX_TEXT = 4_096;
const MAX_CAPTION = 1_024;
const MAX_DATA_BYTES = 64;
const MAX_BUTTONS = 100;
const MB = 1024 * 1024;
/** By a link: of what kind it may be, and how large ("Sending files"). Documents are PDF, ZIP and GIF only. */
const BY_LINK: Readonly<Record<TelegramFileKind, { readonly type: RegExp; readonly bytes: number }>> = {
  photo: { type: /^image\/(jpeg|png|webp|gif)/, bytes: 5 * MB },
  video: { type: /^video\/mp4/, bytes: 20 * MB },
  audio: { type: /^audio\//, bytes: 20 * MB },
  voice: { type: /^audio\/ogg/, bytes: 20 * MB },
  document: { type: /^(application\/(pdf|zip)|image\/gif)/, bytes: 20 * MB },
};
const UPLOAD_BYTES = { photo: 10 * MB, video: 50 * MB, audio: 50 * MB, voice: 50 * MB, document: 50 * MB } as const;
const LINK_TIMEOUT_MS = 20_000;

/** A file in a request's body. */
export interface UploadedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface MethodCall {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, UploadedFile>>;
  /** The caller is gone. */
  readonly left: AbortSignal;
}

export type MethodAnswer =
  | { readonly result: unknown }
  | { readonly code: number; readonly description: string; readonly retryAfter?: number };

export interface TelegramParts {
  readonly bot: { readonly id: number; readonly username: string };
  readonly chats: TelegramChats;
  readonly queue: UpdateQueue;
  readonly webhook: TelegramWebhook;
}

type Method = (parts: TelegramParts, call: MethodCall) => Promise<MethodAnswer> | MethodAnswer;

const done: MethodAnswer = { result: true };
const bad = (what: string): MethodAnswer => ({ code: 400, description: `Bad Request: ${what}` });

/** Numbers and objects may come as text, in a form's fields and in a query. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const numberSchema = z.preprocess(fromText, z.number());
const pollSchema = z.object({
  offset: numberSchema.optional(),
  limit: numberSchema.optional(),
  timeout: numberSchema.optional(),
});
const keyboardSchema = z.object({
  inline_keyboard: z.array(
    z.array(
      z.object({
        text: z.string(),
        callback_data: z.string().optional(),
        url: z.string().optional(),
        web_app: z.object({ url: z.string() }).optional(),
      }),
    ),
  ),
});

export const TELEGRAM_METHODS: Readonly<Record<string, Method>> = {
  getme: ({ bot }) => ({
    result: {
      id: bot.id,
      is_bot: true,
      first_name: bot.username,
      username: bot.username,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
    },
  }),
  getupdates: async ({ queue, webhook }, { fields, left }) => {
    if (webhook.state.url !== '') {
      const why =
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
      return { code: 409, description: why };
    }
    const { offset, limit, timeout } = pollSchema.parse(fields);
    const given = {
      ...(offset === undefined ? {} : { offset }),
      ...(limit === undefined ? {} : { limit }),
      ...(timeout === undefined ? {} : { timeout }),
    };
    const end = await queue.poll(given, left);
    if (end.is === 'updates') return { result: end.updates };
    const why = 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
    return { code: 409, description: why };
  },
  setwebhook: ({ webhook, queue }, { fields }) => {
    const url = textOf(fields['url']);
    const secret = fields['secret_token'] === undefined ? undefined : textOf(fields['secret_token']);
    if (url !== '' && URL.parse(url) === null) return bad('bad webhook: URL host is empty');
    if (secret !== undefined && !/^[\w-]{1,256}$/.test(secret))
      return bad('secret token contains unallowed characters');
    if (fromText(fields['drop_pending_updates']) === true) queue.clear();
    queue.endPoll();
    webhook.set({ url, secret });
    return done;
  },
  deletewebhook: ({ webhook, queue }, { fields }) => {
    if (fromText(fields['drop_pending_updates']) === true) queue.clear();
    webhook.set({ url: '', secret: undefined });
    return done;
  },
  getwebhookinfo: ({ webhook, queue }) => ({
    result: {
      url: webhook.state.url,
      has_custom_certificate: false,
      pending_update_count: queue.waiting.length,
      ...(webhook.lastError === undefined
        ? {}
        : { last_error_date: Math.floor(webhook.lastError.at / 1_000), last_error_message: webhook.lastError.text }),
    },
  }),
  sendmessage: (parts, { fields }) => {
    const text = textOf(fields['text']).trim();
    if (text === '') return bad('message text is empty');
    if (text.length > MAX_TEXT) return bad('message is too long');
    return say(parts, fields, text);
  },
  sendphoto: (parts, call) => sendFile(parts, call, 'photo'),
  sendvideo: (parts, call) => sendFile(parts, call, 'video'),
  sendaudio: (parts, call) => sendFile(parts, call, 'audio'),
  senddocument: (parts, call) => sendFile(parts, call, 'document'),
  answercallbackquery: ({ chats }, { fields }) =>
    chats.answerPress(textOf(fields['callback_query_id']))
      ? done
      : bad('query is too old and response timeout expired or query ID is invalid'),
  editmessagereplymarkup: ({ chats }, { fields }) => {
    const chat = chats.find(Number(fields['chat_id']));
    const message = chat?.sent.find(({ id }) => id === Number(fields['message_id']));
    if (message === undefined) return bad('message to edit not found');
    const keyboard = keyboardOf(fields['reply_markup']);
    if ('code' in keyboard) return keyboard;
    if (message.buttons.length === 0 && keyboard.buttons.length === 0) {
      return bad('message is not modified: specified new message content and reply markup are exactly the same');
    }
    message.buttons = keyboard.buttons;
    chats.changed();
    return done;
  },
  getfile: ({ chats }, { fields }) => {
    const id = textOf(fields['file_id']);
    const found = chats.filePath(id);
    if (found === undefined) return bad('wrong file_id or the file is temporarily unavailable');
    if (found.size > 20 * MB) return bad('file is too big');
    return { result: { file_id: id, file_unique_id: id.slice(4), file_size: found.size, file_path: found.path } };
  },
};

async function sendFile(
  parts: TelegramParts,
  { fields, files }: MethodCall,
  kind: TelegramFileKind,
): Promise<MethodAnswer> {
  const caption = textOf(fields['caption']).trim();
  if (caption.length > MAX_CAPTION) return bad('message caption is too long');
  const uploaded = files[kind];
  if (uploaded !== undefined) {
    if (uploaded.bytes.byteLength > UPLOAD_BYTES[kind]) return { code: 413, description: 'Request Entity Too Large' };
    return say(parts, fields, caption, { kind, ...uploaded });
  }
  const link = URL.parse(textOf(fields[kind]));
  if (link === null) return bad(`there is no ${kind} in the request`);
  const file = await fetched(link, kind);
  return 'code' in file ? file : say(parts, fields, caption, { kind, ...file });
}

async function fetched(
  link: URL,
  kind: TelegramFileKind,
): Promise<UploadedFile | Extract<MethodAnswer, { code: number }>> {
  const refused = (why: string): { readonly code: number; readonly description: string } => ({
    code: 400,
    description: `Bad Request: ${why}`,
  });
  try {
    const answer = await fetch(link, { signal: AbortSignal.timeout(LINK_TIMEOUT_MS) });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok) return refused('failed to get HTTP URL content');
    const { type, bytes: most } = BY_LINK[kind];
    if (!type.test(answer.headers.get('content-type') ?? '')) return refused('wrong type of the web page content');
    if (bytes.byteLength > most) return refused('wrong file identifier/HTTP URL specified');
    return { name: link.pathname.split('/').at(-1) ?? '', bytes };
  } catch {
    return refused('wrong file identifier/HTTP URL specified');
  }
}

function say(
  { chats }: TelegramParts,
  fields: MethodCall['fields'],
  text: string,
  file?: ShownMessage['file'],
): MethodAnswer {
  const chat: Chat | undefined = chats.find(Number(fields['chat_id']));
  if (chat === undefined) return bad('chat not found');
  if (chat.isBlocked) return { code: 403, description: 'Forbidden: bot was blocked by the user' };
  const keyboard = keyboardOf(fields['reply_markup']);
  if ('code' in keyboard) return keyboard;
  const wrong = markupProblem(text, textOf(fields['parse_mode']));
  if (wrong !== undefined) return bad(wrong);
  return { result: chats.say(chat, text, keyboard.buttons, file) };
}

/** Only what an author gets wrong most: a tag that is not closed. */
function markupProblem(text: string, mode: string): string | undefined {
  if (mode.toUpperCase() !== 'HTML') return undefined;
  const open: string[] = [];
  for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z]+)[^>]*>/gi)) {
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return `can't parse entities: unexpected end tag at byte offset 0`;
  }
  return open.length === 0
    ? undefined
    : `can't parse entities: can't find end tag corresponding to start tag "${open[0]}"`;
}

function keyboardOf(
  value: unknown,
): { readonly buttons: ReadonlyArray<readonly InlineButton[]> } | Extract<MethodAnswer, { code: number }> {
  const refused = (why: string): { readonly code: number; readonly description: string } => ({
    code: 400,
    description: `Bad Request: ${why}`,
  });
  if (value === undefined || value === '') return { buttons: [] };
  const parsed = keyboardSchema.safeParse(fromText(value));
  if (!parsed.success) return refused('object expected as reply markup');
  const rows = parsed.data.inline_keyboard;
  const all = rows.flat();
  if (all.length > MAX_BUTTONS) return refused('reply markup is too long');
  for (const { text, callback_data: data, url, web_app: app } of all) {
    if (text.trim() === '') return refused("can't parse inline keyboard button: text must be non-empty");
    if (data === undefined && url === undefined && app === undefined) {
      return refused("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
    }
    if (data !== undefined && (data === '' || Buffer.byteLength(data) > MAX_DATA_BYTES))
      return refused('BUTTON_DATA_INVALID');
    const link = url ?? app?.url;
    if (link !== undefined && !URL.parse(link)?.hostname.includes('.')) return refused('BUTTON_URL_INVALID');
  }
  return { buttons: rows };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
