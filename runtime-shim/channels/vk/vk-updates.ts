/** VK's events as items (VKCOM/vk-api-schema, callback/objects.json). Read tolerantly: what is not understood is an item, too. */
import { z } from 'zod';
import type { FileType, InboundFile, InboundItem } from '../contract.ts';
import { hashOf } from '../driver-parts.ts';
import { isStatic } from '../render-line.ts';

/** What we ask VK to tell: everything else would be counted as not understood. */
export const EVENT_TYPES = ['message_new', 'message_edit', 'message_event', 'message_allow', 'message_deny'] as const;

/** Numbers above it are talks of several. */
const FIRST_CHAT = 2_000_000_000;
/** Longest name of a kind of events that is kept. */
const MAX_WHAT = 100;

const sizeSchema = z.object({ url: z.string(), width: z.number().catch(0), height: z.number().catch(0) });
const mediaSchema = z.object({
  owner_id: z.int().nullish(),
  id: z.int().nullish(),
  title: z.string().nullish(),
  artist: z.string().nullish(),
  url: z.string().nullish(),
  size: z.number().nullish(),
  type: z.unknown().optional(),
  sizes: z.array(sizeSchema).nullish().catch(undefined),
  orig_photo: sizeSchema.nullish().catch(undefined),
  link_ogg: z.string().nullish(),
  question: z.string().nullish(),
});
type Media = z.infer<typeof mediaSchema>;
const attachmentSchema = z.looseObject({ type: z.string() });
type Attachment = z.infer<typeof attachmentSchema>;

const passedSchema = z.object({
  text: z.string().nullish(),
  attachments: z.array(attachmentSchema).nullish(),
});

export const messageSchema = z.object({
  date: z.number().catch(0),
  update_time: z.number().nullish(),
  peer_id: z.int(),
  from_id: z.int(),
  conversation_message_id: z.int(),
  out: z.number().nullish(),
  text: z.string().nullish(),
  payload: z.string().nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  fwd_messages: z.array(passedSchema).nullish(),
  geo: z
    .object({ coordinates: z.object({ latitude: z.number(), longitude: z.number() }) })
    .nullish()
    .catch(undefined),
});
export type VkMessage = z.infer<typeof messageSchema>;

const eventSchema = z.looseObject({
  type: z.string(),
  object: z.unknown().optional(),
  event_id: z.string().nullish(),
});
type Event = z.infer<typeof eventSchema>;

const newSchema = z.object({ message: messageSchema });
const pressSchema = z.object({
  user_id: z.int(),
  peer_id: z.int(),
  event_id: z.string(),
  payload: z.unknown(),
  conversation_message_id: z.int().nullish(),
});
const memberSchema = z.object({ user_id: z.int() });
/** What we put into a button. */
const payloadSchema = z.object({ d: z.string() });

/** One event. Never throws. `now`: Unix ms, for what has no time of its own. */
export function readEvent(event: unknown, now: number): InboundItem[] {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return [unknownItem('no event', event, now)];
  return readKnown(parsed.data, now) ?? [unknownItem(parsed.data.type.slice(0, MAX_WHAT), event, now)];
}

function readKnown(event: Event, now: number): InboundItem[] | undefined {
  const id = event.event_id ?? `x${hashOf(JSON.stringify(event))}`;
  switch (event.type) {
    case 'message_new':
    case 'message_edit': {
      // Before version 5.103 the message was the object itself, and an edit still is.
      const wrapped = newSchema.safeParse(event.object).data?.message;
      const message = wrapped ?? messageSchema.safeParse(event.object).data;
      return message === undefined ? undefined : readMessage(message, event.type === 'message_edit', id);
    }
    case 'message_event':
      return readPress(event, id, now);
    case 'message_allow':
    case 'message_deny': {
      const member = memberSchema.safeParse(event.object).data;
      if (member === undefined) return undefined;
      const kind = event.type === 'message_deny' ? 'blocked' : 'unblocked';
      return [{ kind, id, at: now, from: { id: String(member.user_id) } }];
    }
    default:
      return undefined;
  }
}

function readMessage(message: VkMessage, isEdit: boolean, id: string): InboundItem[] | undefined {
  const { peer_id: peer, from_id: author, conversation_message_id: number, date, update_time: changed } = message;
  const at = (changed ?? date) * 1_000;
  if (peer > FIRST_CHAT) return [{ kind: 'not_private', id, at, chat: String(peer) }];
  // Of a community, which may be this one.
  if (author <= 0 || message.out === 1) return [];
  const common = { id, at, from: { id: String(peer) }, message: String(number) };
  if (isEdit) return [{ ...common, kind: 'edited', text: message.text ?? '' }];
  // A button of an app that knows no presses says its caption, with the data beside it.
  const data = dataOf(message.payload);
  if (data !== undefined) return [{ ...common, kind: 'press', data, press: '' }];
  const files = filesOf(message);
  const text = wordsOf(message).join('\n');
  if (text === '' && files.length === 0) return undefined;
  return [
    {
      ...common,
      kind: 'message',
      ...(text === '' ? {} : { text }),
      ...(files.length === 0 ? {} : { files }),
    },
  ];
}

function readPress({ object }: Event, id: string, now: number): InboundItem[] | undefined {
  const parsed = pressSchema.safeParse(object);
  if (!parsed.success) return undefined;
  const { user_id: user, peer_id: peer, event_id: press, payload, conversation_message_id: number } = parsed.data;
  if (peer > FIRST_CHAT) return [{ kind: 'not_private', id, at: now, chat: String(peer) }];
  const data = dataOf(payload);
  if (data === undefined) return undefined;
  const common = { id, at: now, from: { id: String(user) }, message: String(number ?? 0) };
  // VK does not take the buttons away, so one that says that it stays is only counted each time.
  return [{ ...common, kind: 'press', data, press, ...(isStatic(data) ? { keepsButtons: true } : {}) }];
}

/** The data of one of our buttons: VK gives it as an object, or as its JSON. */
function dataOf(payload: unknown): string | undefined {
  let value = payload;
  if (typeof payload === 'string') {
    try {
      value = JSON.parse(payload) as unknown;
    } catch {
      return undefined;
    }
  }
  return payloadSchema.safeParse(value).data?.d;
}

/** All attachments of a message, those of messages that it passes on included. */
export function attachmentsOf({ attachments, fwd_messages: passed }: VkMessage): readonly Attachment[] {
  return [...(attachments ?? []), ...(passed ?? []).flatMap((one) => one.attachments ?? [])];
}

/** VK's kinds of documents: 3 and 4 are pictures, 5 sound, 6 video. */
const DOCUMENTS: Readonly<Record<string, FileType>> = { 3: 'image', 4: 'image', 5: 'audio', 6: 'video' };

/** What of an attachment can be opened: its address now; `undefined`: it is no file, or VK gives it to no bot. */
export function fileOf(
  attachment: Attachment,
): { readonly type: FileType; readonly url: string; readonly name: string; readonly size?: number } | undefined {
  const { type } = attachment;
  const media = mediaSchema.safeParse(attachment[type]).data;
  if (media === undefined) return undefined;
  if (type === 'photo') {
    const best = media.orig_photo ?? (media.sizes ?? []).toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
    return best === undefined ? undefined : { type: 'image', url: best.url, name: 'photo.jpg' };
  }
  if (type === 'audio_message') return named('audio', media.link_ogg, 'voice.ogg');
  if (type === 'graffiti') return named('image', media.url, 'graffiti.png');
  if (type !== 'doc') return undefined;
  const { size } = media;
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  const file = named(DOCUMENTS[String(media.type)] ?? 'file', media.url, media.title ?? 'file');
  return file === undefined ? undefined : { ...file, ...(isSize ? { size } : {}) };
}

function named(
  type: FileType,
  url: string | null | undefined,
  name: string,
): { readonly type: FileType; readonly url: string; readonly name: string } | undefined {
  return typeof url === 'string' && url !== '' ? { type, url, name } : undefined;
}

/** Files as places in their message: VK is asked for the address when somebody opens one. */
function filesOf(message: VkMessage): InboundFile[] {
  return attachmentsOf(message).flatMap((attachment, index) => {
    const found = fileOf(attachment);
    if (found === undefined) return [];
    const { url: _url, ...file } = found;
    return [{ ...file, file: `${message.peer_id}/${message.conversation_message_id}/${index}` }];
  });
}

/** The text, and what has none of its own, as a person at the desk reads it. */
function wordsOf(message: VkMessage): string[] {
  const { text, geo, fwd_messages: passed } = message;
  const lines = [text ?? ''];
  for (const one of passed ?? []) {
    if (typeof one.text === 'string' && one.text !== '') lines.push(`[пересланное сообщение] ${one.text}`);
  }
  if (geo !== undefined && geo !== null) {
    const place = `${geo.coordinates.latitude},${geo.coordinates.longitude}`;
    lines.push(`[геопозиция: ${place}] https://maps.google.com/?q=${place}`);
  }
  for (const attachment of attachmentsOf(message)) {
    if (fileOf(attachment) !== undefined) continue;
    const media = mediaSchema.safeParse(attachment[attachment.type]).data;
    // A link that stands in the text is shown as a preview beside it.
    const link = attachment.type === 'link' ? (media?.url ?? '') : '';
    if (link === '' || !lines.some((line) => line.includes(link))) lines.push(lineOf(attachment.type, media));
  }
  return lines.filter((line) => line !== '');
}

const WORDS: Readonly<Record<string, string>> = {
  sticker: 'стикер',
  video: 'видео',
  audio: 'аудио',
  link: 'ссылка',
  wall: 'запись',
  market: 'товар',
  gift: 'подарок',
  poll: 'опрос',
  call: 'звонок',
  story: 'история',
};

function lineOf(type: string, { title, artist, question, url, owner_id: owner, id }: Partial<Media> = {}): string {
  const name = [artist, title ?? question].filter((word) => typeof word === 'string' && word !== '').join(' — ');
  const isPlace = (type === 'video' || type === 'wall') && typeof owner === 'number' && typeof id === 'number';
  const link = isPlace ? `https://vk.com/${type}${owner}_${id}` : type === 'link' ? (url ?? '') : '';
  return `[${WORDS[type] ?? type}${name === '' ? '' : `: ${name}`}]${link === '' ? '' : ` ${link}`}`;
}

function unknownItem(what: string, event: unknown, now: number): InboundItem {
  const raw = JSON.stringify(event) ?? String(event);
  const object = eventSchema.safeParse(event).data?.object;
  const message = newSchema.safeParse(object).data?.message;
  const isPrivate = message !== undefined && message.peer_id <= FIRST_CHAT && message.from_id > 0;
  return {
    kind: 'unknown',
    id: `x${hashOf(raw)}`,
    at: now,
    what,
    raw,
    ...(isPrivate ? { from: { id: String(message.peer_id) } } : {}),
  };
}
