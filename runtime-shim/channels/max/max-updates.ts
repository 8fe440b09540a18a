/** MAX's updates as items (dev.max.ru/docs-api/objects/Update). Read tolerantly: what is not understood is an item, too. */
import { z } from 'zod';
import type { FileType, InboundFile, InboundItem, Person } from '../contract.ts';
import { hashOf } from '../driver-parts.ts';
import { isStatic } from '../render-line.ts';

/** What we ask MAX to tell: everything else would be counted as not understood. */
export const UPDATE_TYPES = [
  'message_created',
  'message_edited',
  'message_callback',
  'bot_started',
  'bot_stopped',
  'bot_added',
] as const;

const userSchema = z.object({
  user_id: z.int(),
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  name: z.string().nullish(),
  is_bot: z.boolean().nullish(),
});
type User = z.infer<typeof userSchema>;

const attachmentSchema = z.object({
  type: z.string(),
  payload: z
    .object({
      url: z.string().nullish(),
      token: z.string().nullish(),
      buttons: z
        .array(z.array(z.object({ payload: z.string().nullish() })))
        .nullish()
        .catch(undefined),
      vcf_info: z.string().nullish(),
      max_info: z.object({ first_name: z.string().nullish(), last_name: z.string().nullish() }).nullish(),
    })
    .nullish(),
  filename: z.string().nullish(),
  size: z.number().nullish(),
  latitude: z.number().nullish(),
  longitude: z.number().nullish(),
  title: z.string().nullish(),
});
export type MaxAttachment = z.infer<typeof attachmentSchema>;

const bodySchema = z.object({
  mid: z.string(),
  text: z.string().nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  markup: z.array(z.unknown()).nullish(),
});

export const messageSchema = z.object({
  sender: userSchema.nullish(),
  recipient: z.object({ chat_id: z.int().nullish(), chat_type: z.string().nullish(), user_id: z.int().nullish() }),
  timestamp: z.number(),
  body: bodySchema,
  link: z
    .object({
      type: z.string(),
      message: z.object({
        text: z.string().nullish(),
        attachments: z.array(attachmentSchema).nullish(),
      }),
    })
    .nullish(),
});
export type MaxMessage = z.infer<typeof messageSchema>;

const updateSchema = z.looseObject({ update_type: z.string(), timestamp: z.number() });
type Update = z.infer<typeof updateSchema>;
const withMessageSchema = z.object({ message: messageSchema });
const callbackSchema = z.object({
  callback: z.object({
    callback_id: z.string(),
    timestamp: z.number(),
    payload: z.string().nullish(),
    user: userSchema,
  }),
  message: messageSchema.nullish(),
});
const memberSchema = z.object({ chat_id: z.int(), user: userSchema, payload: z.string().nullish() });
const addedSchema = z.object({ chat_id: z.int() });

/** One update. Never throws. `now`: Unix ms, for what has no time of its own. */
export function readUpdate(update: unknown, now: number): InboundItem[] {
  const parsed = updateSchema.safeParse(update);
  if (!parsed.success) return [unknownItem('no update', update, now)];
  const { update_type: type } = parsed.data;
  const read = readKnown(type, parsed.data);
  return read ?? [unknownItem(type.slice(0, MAX_WHAT), update, now)];
}

/** Longest name of a kind of updates that is kept. */
const MAX_WHAT = 100;

function readKnown(type: string, update: Update): InboundItem[] | undefined {
  switch (type) {
    case 'message_created':
    case 'message_edited': {
      const parsed = withMessageSchema.safeParse(update);
      if (!parsed.success) return undefined;
      return type === 'message_created' ? readMessage(parsed.data.message) : readEdit(parsed.data.message, update);
    }
    case 'message_callback':
      return readPress(update);
    case 'bot_started':
    case 'bot_stopped':
      return readMember(type, update);
    case 'bot_added': {
      const added = addedSchema.safeParse(update);
      if (!added.success) return undefined;
      const chat = String(added.data.chat_id);
      return [{ kind: 'not_private', id: `g${chat}`, at: update.timestamp, chat }];
    }
    default:
      return undefined;
  }
}

/** A message of a person; of a bot, which may be this one: nothing. `undefined`: not understood. */
function readMessage(message: MaxMessage): InboundItem[] | undefined {
  const { sender, timestamp: at, body } = message;
  const group = groupOf(message);
  if (group !== undefined) return [{ kind: 'not_private', id: body.mid, at, chat: group }];
  if (sender?.is_bot === true) return [];
  if (sender === undefined || sender === null) return undefined;
  const files = filesOf(message);
  const text = wordsOf(message).join('\n');
  if (text === '' && files.length === 0) return undefined;
  return [
    {
      kind: 'message',
      id: body.mid,
      at,
      from: personOf(sender, markOf(message)),
      message: body.mid,
      ...(text === '' ? {} : { text }),
      ...(files.length === 0 ? {} : { files }),
    },
  ];
}

function readEdit(message: MaxMessage, { timestamp: at }: Update): InboundItem[] | undefined {
  const { sender, body } = message;
  const group = groupOf(message);
  if (group !== undefined) return [{ kind: 'not_private', id: body.mid, at, chat: group }];
  if (sender?.is_bot === true) return [];
  if (sender === undefined || sender === null) return undefined;
  const from = personOf(sender);
  // The same message may be corrected several times.
  return [{ kind: 'edited', id: `${at}-${body.mid}`, at, from, message: body.mid, text: body.text ?? '' }];
}

function readPress(update: Update): InboundItem[] | undefined {
  const parsed = callbackSchema.safeParse(update);
  if (!parsed.success) return undefined;
  const { callback, message } = parsed.data;
  const { callback_id: callbackId, timestamp: at, payload, user } = callback;
  const id = `${at}-${hashOf(callbackId)}`;
  const group = message === undefined || message === null ? undefined : groupOf(message);
  if (group !== undefined) return [{ kind: 'not_private', id, at, chat: group }];
  if (payload === undefined || payload === null) return undefined;
  const shown = (message?.body.attachments ?? []).flatMap((one) => one.payload?.buttons?.flat() ?? []);
  const keeps = [payload, ...shown.map((button) => button.payload ?? '')].some(isStatic);
  return [
    {
      kind: 'press',
      id,
      at,
      from: personOf(user, message === undefined || message === null ? undefined : markOf(message)),
      // A message that is gone by now has no name.
      message: message?.body.mid ?? '0',
      data: payload,
      press: JSON.stringify({ id: callbackId, ...(keeps ? {} : plainTextOf(message)) } satisfies Press),
      ...(keeps ? { keepsButtons: true } : {}),
    },
  ];
}

/** What answering a press needs. `text`: of a message that is nothing but it and its buttons, which can then be taken away. */
export interface Press {
  readonly id: string;
  readonly text?: string;
}

function plainTextOf(message: MaxMessage | null | undefined): { readonly text?: string } {
  const { text, attachments, markup } = message?.body ?? {};
  const isPlain = (attachments ?? []).every(({ type }) => type === 'inline_keyboard') && (markup ?? []).length === 0;
  return isPlain && typeof text === 'string' && text !== '' ? { text } : {};
}

/** "Start" in a talk is said as in other messengers; "Stop" is what people call blocked. */
function readMember(type: 'bot_started' | 'bot_stopped', update: Update): InboundItem[] | undefined {
  const parsed = memberSchema.safeParse(update);
  if (!parsed.success) return undefined;
  const { timestamp: at } = update;
  const { chat_id: chat, user, payload } = parsed.data;
  const from = personOf(user, JSON.stringify({ chat, at, mid: '' } satisfies Mark));
  const id = `${at}-${user.user_id}`;
  if (type === 'bot_stopped') return [{ kind: 'blocked', id, at, from }];
  const text = payload === undefined || payload === null || payload === '' ? '/start' : `/start ${payload}`;
  return [{ kind: 'message', id, at, from, message: `start-${id}`, text }];
}

/** Where a talk stands: its newest message that is known. */
export const markSchema = z.object({ chat: z.int(), at: z.number(), mid: z.string() });
type Mark = z.infer<typeof markSchema>;

/** The mark of a message, sent or received. */
export function markOf({ recipient, timestamp: at, body }: MaxMessage): string | undefined {
  const { chat_id: chat } = recipient;
  return chat === undefined || chat === null ? undefined : JSON.stringify({ chat, at, mid: body.mid } satisfies Mark);
}

function groupOf({ recipient }: MaxMessage): string | undefined {
  const { chat_type: type, chat_id: chat } = recipient;
  return type === 'chat' || type === 'channel' ? String(chat ?? 0) : undefined;
}

function personOf({ user_id: id, first_name: first, last_name: last, name: old }: User, mark?: string): Person {
  const parts = [first, last].filter((part) => part !== undefined && part !== null && part !== '');
  const name = parts.length === 0 ? (old ?? '') : parts.join(' ');
  return { id: String(id), ...(name === '' ? {} : { name }), ...(mark === undefined ? {} : { mark }) };
}

const KINDS: Readonly<Record<string, FileType>> = { image: 'image', video: 'video', audio: 'audio', file: 'file' };
const NAMES = { image: 'photo.jpg', video: 'video.mp4', audio: 'audio.mp3', file: 'file' } as const;

/** All attachments of a message, those of one that it passes on included. */
export function attachmentsOf({ body, link }: MaxMessage): readonly MaxAttachment[] {
  const passed = link?.type === 'forward' ? (link.message.attachments ?? []) : [];
  return [...(body.attachments ?? []), ...passed];
}

/** Files as places in their message: MAX is asked for the address when somebody opens one. */
function filesOf(message: MaxMessage): InboundFile[] {
  return attachmentsOf(message).flatMap(({ type, filename, size }, index) => {
    const kind = KINDS[type];
    if (kind === undefined) return [];
    const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
    const name = typeof filename === 'string' && filename !== '' ? filename : NAMES[kind];
    return [{ type: kind, file: `${message.body.mid}/${index}`, name, ...(isSize ? { size } : {}) }];
  });
}

/** The text, and what has none of its own, as a person at the desk reads it. */
function wordsOf(message: MaxMessage): string[] {
  const passed = message.link?.type === 'forward' ? message.link.message.text : undefined;
  const lines = [message.body.text ?? ''];
  if (typeof passed === 'string' && passed !== '') lines.push(`[пересланное сообщение] ${passed}`);
  for (const { type, payload, latitude, longitude, title } of attachmentsOf(message)) {
    if (type === 'sticker') lines.push('[стикер]');
    if (type === 'location' && typeof latitude === 'number' && typeof longitude === 'number') {
      const place = `${latitude},${longitude}`;
      lines.push(`[геопозиция: ${place}] https://maps.google.com/?q=${place}`);
    }
    if (type === 'contact') lines.push(contactLine(payload));
    // A link that stands in the text is shown as a preview beside it.
    const url = type === 'share' ? (payload?.url ?? '') : '';
    if (url !== '' && !lines.some((line) => line.includes(url))) lines.push(`[ссылка: ${title ?? ''}] ${url}`);
  }
  return lines.filter((line) => line !== '');
}

function contactLine(payload: MaxAttachment['payload']): string {
  const card = payload?.vcf_info ?? '';
  const field = (name: string): string =>
    new RegExp(`^${name}[^:\\r\\n]*:([^\\r\\n]*)`, 'm').exec(card)?.[1]?.trim() ?? '';
  const info = payload?.max_info;
  const own = [info?.first_name, info?.last_name].filter((part) => typeof part === 'string' && part !== '').join(' ');
  const words = [own === '' ? field('FN') : own, field('TEL')].filter((part) => part !== '');
  return `[контакт: ${words.join(', ')}]`;
}

function unknownItem(what: string, update: unknown, now: number): InboundItem {
  const raw = JSON.stringify(update) ?? String(update);
  const person = personIn(update);
  return {
    kind: 'unknown',
    id: `x${hashOf(raw)}`,
    at: now,
    what,
    raw,
    ...(person === undefined ? {} : { from: person }),
  };
}

const saidSchema = z.object({
  message: z.object({ sender: userSchema, recipient: z.object({ chat_type: z.literal('dialog') }) }),
});

function personIn(update: unknown): Person | undefined {
  const { sender } = saidSchema.safeParse(update).data?.message ?? {};
  return sender === undefined || sender.is_bot === true ? undefined : personOf(sender);
}
