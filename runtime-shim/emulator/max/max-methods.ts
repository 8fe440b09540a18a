/** What MAX's Bot API does and refuses (dev.max.ru/docs-api). The words of its errors are ours where its pages name none. */
import { z } from 'zod';
import type { MaxFile, MaxFileKind } from './max-contract.ts';
import type { MaxFeed } from './max-feed.ts';
import { botUser, type MaxButton, type MaxTalks, type NewMessage, type Talk } from './max-talks.ts';

const MAX_TEXT = 4_000;
const MAX_BUTTONS = 210;
const MAX_ROWS = 30;
const MAX_IN_ROW = 7;
const MAX_LINKS_IN_ROW = 3;
const MAX_CAPTION = 128;
const MAX_PAYLOAD = 1_024;
const MAX_LINK = 2_048;
const LINK_TIMEOUT_MS = 20_000;
const MAX_IMAGE_BYTES = 50 * 1024 * 1024;
/** Messages to one talk, and polls, within a second. */
const MOST_A_SECOND = 2;

export interface MaxMethodCall {
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What stands in the address behind the method's name. */
  readonly rest: string;
  /** The caller is gone. */
  readonly left: AbortSignal;
}

export type MaxAnswer =
  | { readonly result: unknown }
  | { readonly status: number; readonly code: string; readonly message: string };
type Refusal = Extract<MaxAnswer, { readonly code: string }>;

export interface MaxParts {
  readonly bot: { readonly id: number; readonly username: string };
  readonly talks: MaxTalks;
  readonly feed: MaxFeed;
  readonly uploads: MaxUploads;
  readonly now: () => number;
  /** False: none of this kind may come now. */
  readonly mayCome: (what: string, most: number) => boolean;
}

/** Places for files that were asked for, and what was put there. */
interface MaxUploads {
  readonly place: (kind: MaxFileKind) => { readonly url: string; readonly token?: string };
}

type Method = (parts: MaxParts, call: MaxMethodCall) => Promise<MaxAnswer> | MaxAnswer;

const done: MaxAnswer = { result: { success: true } };
const bad = (message: string): Refusal => ({ status: 400, code: 'proto.payload', message });
const tooMany: Refusal = { status: 429, code: 'too.many.requests', message: 'Too many requests' };

const FILE_KINDS = ['image', 'video', 'audio', 'file'] as const;
const buttonSchema = z.looseObject({ type: z.string(), text: z.string() });
const attachmentSchema = z.looseObject({
  type: z.string(),
  payload: z
    .looseObject({
      url: z.string().nullish(),
      token: z.string().nullish(),
      photos: z.record(z.string(), z.object({ token: z.string() })).nullish(),
      buttons: z.array(z.array(buttonSchema)).nullish(),
    })
    .nullish(),
});
type Attachment = z.infer<typeof attachmentSchema>;
const messageSchema = z.looseObject({
  text: z.string().nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  format: z.enum(['markdown', 'html']).nullish(),
});
const subscriptionSchema = z.object({
  url: z.string(),
  update_types: z.array(z.string()).nullish(),
  secret: z.string().nullish(),
});
const answerSchema = z.object({ message: messageSchema.nullish(), notification: z.string().nullish() });

/** By method and the first word of the address. */
export const MAX_METHODS: Readonly<Record<string, Method>> = {
  'GET /me': ({ bot, now }) => ({ result: botUser(bot, now()) }),
  'GET /subscriptions': ({ feed }) => ({
    result: { subscriptions: feed.subscriptions.map(({ url, time, types }) => ({ url, time, update_types: types })) },
  }),
  'POST /subscriptions': ({ feed }, { body }) => {
    const parsed = subscriptionSchema.safeParse(body);
    if (!parsed.success) return bad('subscription expected');
    const { url, update_types: types, secret } = parsed.data;
    const address = URL.parse(url);
    // MAX itself takes https: on port 443 only; a local one posts to this machine.
    const isLocal = address?.hostname === '127.0.0.1' || address?.hostname === 'localhost';
    if (address === null || (!isLocal && (address.protocol !== 'https:' || address.port !== ''))) {
      return bad('url must be https on port 443');
    }
    if (typeof secret === 'string' && !/^[a-zA-Z0-9_-]{5,256}$/.test(secret)) return bad('secret is not valid');
    feed.subscribe({ url, types: types ?? [], secret: secret ?? undefined });
    return done;
  },
  'DELETE /subscriptions': ({ feed }, { query }) => {
    feed.unsubscribe(query['url'] ?? '');
    return done;
  },
  'GET /updates': async ({ feed, mayCome }, { query, left }) => {
    if (feed.subscriptions.length > 0) {
      return { status: 405, code: 'not.allowed', message: 'Long polling is not available while a webhook is set' };
    }
    if (!mayCome('updates', MOST_A_SECOND)) return tooMany;
    const number = (name: string, other: number): number => Number(query[name] ?? other);
    const marker = query['marker'];
    return {
      result: await feed.poll(
        {
          marker: marker === undefined ? undefined : Number(marker),
          limit: number('limit', 100),
          timeout: number('timeout', 30),
          types: (query['types'] ?? '').split(',').filter((type) => type !== ''),
        },
        left,
      ),
    };
  },
  'POST /uploads': ({ uploads }, { query }) => {
    const kind = FILE_KINDS.find((one) => one === query['type']);
    return kind === undefined ? bad('unknown type of upload') : { result: uploads.place(kind) };
  },
  'POST /messages': async (parts, { query, body }) => {
    const talk = talkOf(parts, query);
    if ('code' in talk) return talk;
    if (!parts.mayCome(`talk ${talk.person}`, MOST_A_SECOND)) return tooMany;
    const content = await contentOf(parts, body);
    if ('code' in content) return content;
    const { text = null, files = [], buttons = [] } = content;
    if ((text ?? '').trim() === '' && files.length === 0 && buttons.length === 0) return bad('message is empty');
    return { result: { message: parts.talks.say(talk, { text, files, buttons }) } };
  },
  'PUT /messages': async (parts, { query, body }) => {
    const found = parts.talks.findMessage(query['message_id'] ?? '');
    if (found === undefined) return bad('message not found');
    const content = await contentOf(parts, body);
    if ('code' in content) return content;
    parts.talks.change(found.message, content);
    return done;
  },
  'GET /messages': ({ talks }, { query, rest }) => {
    const one = rest === '' ? undefined : talks.findMessage(decodeURIComponent(rest));
    if (rest !== '') {
      return one === undefined
        ? { status: 404, code: 'not.found', message: 'Message not found' }
        : { result: talks.wire(one.talk, one.message) };
    }
    const talk = talks.byChat(Number(query['chat_id']));
    if (talk === undefined) return { status: 404, code: 'chat.not.found', message: 'Chat not found' };
    if (talk.isStopped) return { status: 403, code: 'chat.denied', message: 'error.dialog.suspended' };
    const newest = talk.messages.toReversed().slice(0, Number(query['count'] ?? 50));
    return { result: { messages: newest.map((message) => talks.wire(talk, message)) } };
  },
  'GET /videos': ({ talks }, { rest }) => {
    const file = talks.fileByToken(rest);
    if (file === undefined) return { status: 404, code: 'not.found', message: 'Video not found' };
    const size = { width: 640, height: 360, duration: 3_000 };
    return { result: { token: rest, urls: { mp4_360: talks.addressOf(rest) }, ...size } };
  },
  'POST /answers': async (parts, { query, body }) => {
    const parsed = answerSchema.safeParse(body);
    const { message, notification } = parsed.data ?? {};
    if ((message ?? undefined) === undefined && (notification ?? '') === '')
      return bad('message or notification expected');
    const content = message === undefined || message === null ? {} : await contentOf(parts, message);
    if ('code' in content) return content;
    const pressed = parts.talks.answerPress(query['callback_id'] ?? '');
    if (pressed === undefined) return bad('callback not found');
    parts.talks.change(pressed, content);
    return done;
  },
};

function talkOf({ talks }: MaxParts, query: MaxMethodCall['query']): Talk | Refusal {
  const { user_id: user, chat_id: chat } = query;
  const talk = user === undefined ? talks.byChat(Number(chat)) : talks.byPerson(Number(user));
  if (talk === undefined) return { status: 404, code: 'dialog.not.found', message: 'Dialog not found' };
  return talk.isStopped ? { status: 403, code: 'chat.denied', message: 'error.dialog.suspended' } : talk;
}

/** What a new or changed message is made of; what is left out, or `null`, stays as it is. */
async function contentOf({ talks }: MaxParts, body: unknown): Promise<Partial<NewMessage> | Refusal> {
  const parsed = messageSchema.safeParse(body);
  if (!parsed.success) return bad('message expected');
  const { text, attachments } = parsed.data;
  if ((text ?? '').length > MAX_TEXT) return bad(`text: size must be between 0 and ${MAX_TEXT}`);
  const files: MaxFile[] = [];
  let buttons: ReadonlyArray<readonly MaxButton[]> = [];
  for (const attachment of attachments ?? []) {
    const { type } = attachment;
    const isSole = type === 'audio' || type === 'file';
    if (isSole && attachments?.length !== 1) return bad(`attachments: ${type} must be the only attachment`);
    if (type === 'inline_keyboard') {
      buttons = attachment.payload?.buttons ?? [];
      const problem = keyboardProblem(buttons);
      if (problem !== undefined) return bad(problem);
      continue;
    }
    const file = await fileOf(talks, attachment);
    if ('code' in file) return file;
    files.push(file);
  }
  return {
    ...(text === undefined || text === null ? {} : { text }),
    ...(attachments === undefined || attachments === null ? {} : { files, buttons }),
  };
}

async function fileOf(talks: MaxTalks, { type, payload }: Attachment): Promise<MaxFile | Refusal> {
  const kind = FILE_KINDS.find((one) => one === type);
  if (kind === undefined) return bad(`attachments: unknown type ${type}`);
  const token = payload?.token ?? Object.values(payload?.photos ?? {})[0]?.token;
  const known = token === undefined ? undefined : talks.fileByToken(token);
  if (known !== undefined) return { ...known, kind };
  const link = kind === 'image' ? URL.parse(payload?.url ?? '') : null;
  if (link === null) return bad('attachments: unknown token');
  try {
    const answer = await fetch(link, { signal: AbortSignal.timeout(LINK_TIMEOUT_MS) });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const isImage = answer.headers.get('content-type')?.startsWith('image/') === true;
    if (!answer.ok || !isImage || bytes.byteLength > MAX_IMAGE_BYTES) return bad('attachments: failed to upload image');
    return { kind, name: link.pathname.split('/').at(-1) ?? '', bytes };
  } catch {
    return bad('attachments: failed to upload image');
  }
}

function keyboardProblem(rows: ReadonlyArray<readonly MaxButton[]>): string | undefined {
  const all = rows.flat();
  if (all.length === 0) return 'keyboard: no buttons';
  if (all.length > MAX_BUTTONS || rows.length > MAX_ROWS) return 'keyboard: too many buttons';
  for (const row of rows) {
    const most = row.some(({ type }) => type === 'link' || type === 'open_app') ? MAX_LINKS_IN_ROW : MAX_IN_ROW;
    if (row.length > most) return 'keyboard: too many buttons in a row';
  }
  for (const { type, text, payload, url } of all) {
    if (text.length === 0 || text.length > MAX_CAPTION) return 'button: wrong length of text';
    if (type === 'callback' && (typeof payload !== 'string' || payload.length > MAX_PAYLOAD)) {
      return 'button: wrong payload';
    }
    if (type === 'link' && (typeof url !== 'string' || url.length > MAX_LINK || URL.parse(url) === null)) {
      return 'button: wrong url';
    }
  }
  return undefined;
}
