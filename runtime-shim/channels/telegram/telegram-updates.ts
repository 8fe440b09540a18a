/** Telegram's updates as items (core.telegram.org/bots/api#update). Read tolerantly: what is not understood is an item, too. */
import { z } from 'zod';
import { isStatic } from '../render-line.ts';
import type { FileType, InboundFile, InboundItem, Person } from '../contract.ts';

/** What we ask Telegram to tell: everything else would be counted as not understood. */
export const ALLOWED_UPDATES = ['message', 'edited_message', 'callback_query', 'my_chat_member'] as const;

const userSchema = z.object({ id: z.int(), first_name: z.string().optional(), last_name: z.string().optional() });
type User = z.infer<typeof userSchema>;
const chatSchema = z.object({ id: z.int(), type: z.string(), title: z.string().optional() });

const fileSchema = z.object({
  file_id: z.string(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.number().optional(),
});
type TelegramFile = z.infer<typeof fileSchema>;

const messageSchema = z.object({
  message_id: z.int(),
  date: z.number(),
  edit_date: z.number().optional(),
  from: userSchema.optional(),
  chat: chatSchema,
  text: z.string().optional(),
  caption: z.string().optional(),
  /** Several sizes of one picture, the largest last. */
  photo: z.array(fileSchema).optional(),
  video: fileSchema.optional(),
  video_note: fileSchema.optional(),
  animation: fileSchema.optional(),
  audio: fileSchema.optional(),
  voice: fileSchema.optional(),
  document: fileSchema.optional(),
  sticker: z.object({ emoji: z.string().optional() }).optional(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  venue: z.object({ title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() }).optional(),
  dice: z.object({ emoji: z.string(), value: z.number() }).optional(),
  poll: z.object({ question: z.string() }).optional(),
  migrate_to_chat_id: z.int().optional(),
});
type Message = z.infer<typeof messageSchema>;

const markupSchema = z.object({
  inline_keyboard: z.array(z.array(z.object({ callback_data: z.string().optional() }))),
});

const callbackSchema = z.object({
  id: z.string(),
  from: userSchema,
  data: z.string().optional(),
  message: z
    .object({ message_id: z.int(), chat: chatSchema, reply_markup: markupSchema.optional().catch(undefined) })
    .optional(),
});

const memberSchema = z.object({
  chat: chatSchema,
  from: userSchema,
  date: z.number(),
  new_chat_member: z.object({ status: z.string() }),
});

const updateSchema = z.looseObject({
  update_id: z.int(),
  message: z.unknown().optional(),
  edited_message: z.unknown().optional(),
  callback_query: z.unknown().optional(),
  my_chat_member: z.unknown().optional(),
});
type Update = z.infer<typeof updateSchema>;

/** One update. Never throws. `now`: Unix ms, for what has no time of its own. */
export function readUpdate(update: unknown, now: number): InboundItem {
  const parsed = updateSchema.safeParse(update);
  if (!parsed.success) {
    const raw = rawOf(update);
    return { kind: 'unknown', id: `x${hashOf(raw)}`, at: now, what: 'no update', raw };
  }
  const read = readMessage(parsed.data) ?? readPress(parsed.data, now) ?? readMember(parsed.data);
  return read ?? unknownItem(parsed.data, now);
}

const numberedSchema = updateSchema.pick({ update_id: true });

/** The number of an update, where there is one. */
export function updateNumber(update: unknown): number | undefined {
  return numberedSchema.safeParse(update).data?.update_id;
}

function readMessage(update: Update): InboundItem | undefined {
  const isEdit = update.edited_message !== undefined;
  const parsed = messageSchema.safeParse(update.message ?? update.edited_message);
  if (!parsed.success) return undefined;
  const message = parsed.data;
  const { chat, date, edit_date: editDate, message_id: number } = message;
  const common = { id: String(update.update_id), at: (editDate ?? date) * 1_000 };
  if (chat.type !== 'private') return { ...common, kind: 'not_private', chat: String(chat.id) };
  const from = personOf(chat.id, message.from);
  const text = message.text ?? message.caption;
  if (isEdit) {
    return text === undefined ? undefined : { ...common, kind: 'edited', from, message: String(number), text };
  }
  const files = filesOf(message);
  const words = [text, ...wordsOf(message)].filter((line) => line !== undefined && line !== '').join('\n');
  if (words === '' && files.length === 0) return undefined;
  return {
    ...common,
    kind: 'message',
    from,
    message: String(number),
    ...(words === '' ? {} : { text: words }),
    ...(files.length === 0 ? {} : { files }),
  };
}

function readPress(update: Update, now: number): InboundItem | undefined {
  const parsed = callbackSchema.safeParse(update.callback_query);
  if (!parsed.success) return undefined;
  const { id: press, from, data, message } = parsed.data;
  const common = { id: String(update.update_id), at: now };
  const chat = message?.chat;
  if (chat !== undefined && chat.type !== 'private') return { ...common, kind: 'not_private', chat: String(chat.id) };
  if (data === undefined) return undefined;
  const person = personOf(chat?.id ?? from.id, from);
  const shown = message?.reply_markup?.inline_keyboard.flat() ?? [];
  const keeps = [data, ...shown.map(({ callback_data: other = '' }) => other)].some(isStatic);
  const item = {
    ...common,
    kind: 'press',
    from: person,
    message: String(message?.message_id ?? 0),
    data,
    press,
  } as const;
  return keeps ? { ...item, keepsButtons: true } : item;
}

/** The bot's own membership: in a private chat "kicked" is what people call blocked. */
function readMember(update: Update): InboundItem | undefined {
  const parsed = memberSchema.safeParse(update.my_chat_member);
  if (!parsed.success) return undefined;
  const { chat, from, date, new_chat_member: member } = parsed.data;
  const common = { id: String(update.update_id), at: date * 1_000 };
  if (chat.type !== 'private') return { ...common, kind: 'not_private', chat: String(chat.id) };
  return { ...common, kind: member.status === 'kicked' ? 'blocked' : 'unblocked', from: personOf(chat.id, from) };
}

const anyMessageSchema = z.object({ chat: chatSchema, from: userSchema.optional() });

function unknownItem(update: Update, now: number): InboundItem {
  const [what = 'empty'] = Object.keys(update).filter((key) => key !== 'update_id');
  const parsed = anyMessageSchema.safeParse(update[what]);
  const isPrivate = parsed.success && parsed.data.chat.type === 'private';
  return {
    kind: 'unknown',
    id: String(update.update_id),
    at: now,
    what: what.slice(0, MAX_WHAT),
    raw: rawOf(update),
    ...(isPrivate ? { from: personOf(parsed.data.chat.id, parsed.data.from) } : {}),
  };
}

/** Longest name of a kind of updates that is kept. */
const MAX_WHAT = 100;

function personOf(chat: number, from: User | undefined): Person {
  const name = [from?.first_name, from?.last_name].filter((part) => part !== undefined && part !== '').join(' ');
  return { id: String(chat), ...(name === '' ? {} : { name }) };
}

function filesOf(message: Message): InboundFile[] {
  const largest = message.photo?.at(-1);
  return [
    ...(largest === undefined ? [] : [fileOf('image', largest, 'photo.jpg')]),
    ...(message.video === undefined ? [] : [fileOf('video', message.video, 'video.mp4')]),
    ...(message.video_note === undefined ? [] : [fileOf('video', message.video_note, 'video.mp4')]),
    ...(message.audio === undefined ? [] : [fileOf('audio', message.audio, 'audio.mp3')]),
    ...(message.voice === undefined ? [] : [fileOf('audio', message.voice, 'voice.ogg')]),
    // An animation comes as a document as well, for clients that know no animations.
    ...(message.animation === undefined
      ? message.document === undefined
        ? []
        : [fileOf('file', message.document, 'file')]
      : [fileOf('video', message.animation, 'animation.mp4')]),
  ];
}

function fileOf(
  type: FileType,
  { file_id: file, file_name: name, file_size: size }: TelegramFile,
  other: string,
): InboundFile {
  const isSize = size !== undefined && Number.isSafeInteger(size) && size >= 0;
  return { type, file, name: name ?? other, ...(isSize ? { size } : {}) };
}

/** What has no text of its own, as a person at the desk reads it. */
function wordsOf({ sticker, location, venue, contact, dice, poll }: Message): string[] {
  const lines: string[] = [];
  if (sticker !== undefined) lines.push(`[стикер${sticker.emoji === undefined ? '' : ` ${sticker.emoji}`}]`);
  if (venue !== undefined) lines.push(`[место: ${venue.title}, ${venue.address}]`);
  if (location !== undefined) {
    const place = `${location.latitude},${location.longitude}`;
    lines.push(`[геопозиция: ${place}] https://maps.google.com/?q=${place}`);
  }
  if (contact !== undefined) {
    const { first_name: first, last_name: last, phone_number: phone } = contact;
    lines.push(`[контакт: ${[first, last].filter((part) => part !== undefined && part !== '').join(' ')}, ${phone}]`);
  }
  if (dice !== undefined) lines.push(`[${dice.emoji} ${dice.value}]`);
  if (poll !== undefined) lines.push(`[опрос: ${poll.question}]`);
  return lines;
}

function rawOf(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** Tells two updates without a number apart. */
function hashOf(text: string): string {
  let hash = 5381;
  for (let at = 0; at < text.length; at += 1) hash = ((hash * 33) ^ text.charCodeAt(at)) >>> 0;
  return `${hash.toString(36)}-${text.length}`;
}
