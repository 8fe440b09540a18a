import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { parseBoundedJson } from '../../../plugin/contract/bounded-json.ts';
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
import { contentOf, digest, fileNameOf, isSecret, paramsOf } from '../driver-parts.ts';
import { errorOf, TOO_MANY, UNAUTHORISED, VK_VERSION, VkApi, type VkEnd } from './vk-api.ts';
import { addressCheck, confirmationCheck, longPollCheck, rightsCheck, strayCheck } from './vk-checks.ts';
import { attachmentsOf, EVENT_TYPES, fileOf, messageSchema, readEvent } from './vk-updates.ts';

export const VK_BASE_URL = 'https://api.vk.ru';
const MB = 1024 * 1024;

/** dev.vk.com: messages.send, "Клавиатуры для ботов", uploads of photos and documents. */
export const VK_TRAITS: ChannelTraits = {
  textUnits: 4_096,
  captionUnits: 4_096,
  // 255 characters of JSON, in which a sign may take two.
  buttons: { perRow: 5, rows: 6, all: 10, captionUnits: 40, dataBytes: 120 },
  // VK fetches nothing: everything is sent along, what is no picture as a document.
  linkBytes: { image: 0, video: 0, audio: 0, file: 0 },
  uploadBytes: { image: 50 * MB, video: 200 * MB, audio: 200 * MB, file: 200 * MB },
};

const POLL_SECONDS = 25;
/** Pause where VK asks for one, ms: its limits are counted by the second, but that of a method (29) by the day. Our choice. */
const PAUSE_MS = 1_000;
const RATE_PAUSE_MS = 60_000;
/** Before what failed at VK is tried again, ms, at least. */
const LOST_MS = 1_000;
/** The name of our server in the community's settings; VK takes 14 characters. */
const TITLE = 'metabot';
/** Fields of `messages.send` that name other people, other talks, or messages of other talks. */
const REFUSED = [
  'user_id',
  'user_ids',
  'peer_ids',
  'chat_id',
  'domain',
  'group_id',
  'forward',
  'forward_messages',
  'reply_to',
];

export interface VkOptions {
  /** An access key of the community, with the rights messages, photos, docs and manage. */
  readonly token: string;
  /** The community's number. */
  readonly group: number;
  /** Default `webhook` (Callback API); `poll`: Bots Long Poll. */
  readonly mode?: 'webhook' | 'poll';
  /** For `webhook`: what VK says in every event, at most 50 characters. */
  readonly secret?: string;
  /** For `webhook`: what VK wants to hear when it asks whether the address is ours. */
  readonly confirmation?: string;
  /** Default `https://api.vk.ru`. */
  readonly baseUrl?: string;
  /** `http://user:password@host:port`: requests go through it. */
  readonly proxy?: string;
}

/** A community in VK. @throws TypeError without what the mode needs */
export function vkDriver(options: VkOptions): ChannelDriver {
  return new VkDriver(options);
}

const cursorSchema = z.object({ ts: z.string() });
const tsSchema = z.union([z.string(), z.number()]).transform(String);
const placeSchema = z.object({ server: z.url(), key: z.string(), ts: tsSchema });
const pollSchema = z.union([
  z.object({ failed: z.int(), ts: tsSchema.optional() }),
  z.object({ ts: tsSchema, updates: z.array(z.unknown()) }),
]);
const ownSchema = z.looseObject({ type: z.string(), group_id: z.int(), secret: z.string().optional() });
const uploadServerSchema = z.object({ upload_url: z.url() });
const fieldsSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const savedSchema = z.object({ id: z.int(), owner_id: z.int(), access_key: z.string().nullish() });
const savedPhotoSchema = z.tuple([savedSchema]).rest(z.unknown());
const savedDocSchema = z.object({ doc: savedSchema });
const messagesSchema = z.object({ items: z.array(z.unknown()) });
const groupsSchema = z.object({ groups: z.array(z.object({ id: z.int(), screen_name: z.string().nullish() })) });
const rightsSchema = z.object({ permissions: z.array(z.object({ name: z.string() })) });
const serversSchema = z.object({
  items: z.array(z.object({ id: z.int(), title: z.string(), url: z.string(), status: z.string() })),
});
const codeSchema = z.object({ code: z.string() });
const usersSchema = z.array(z.object({ id: z.int(), first_name: z.string(), last_name: z.string() }));
const longPollSchema = z.object({ is_enabled: z.boolean() });

/** What a token must be allowed: to write, to send pictures and documents, and to have its events posted. */
const RIGHTS = ['messages', 'photos', 'docs', 'manage'];

class VkDriver implements ChannelDriver {
  readonly kind = 'vk';
  readonly traits = VK_TRAITS;
  readonly mode: 'webhook' | 'poll';
  readonly account: string;
  readonly #api: VkApi;
  readonly #group: number;
  readonly #secret: string | undefined;
  readonly #confirmation: string | undefined;
  /** Where events are waited for, until VK says that it holds no longer. */
  #place: z.infer<typeof placeSchema> | undefined;

  constructor({ token, group, mode = 'webhook', secret, confirmation, baseUrl = VK_BASE_URL, proxy }: VkOptions) {
    if (mode === 'webhook' && (secret === undefined || confirmation === undefined)) {
      throw new TypeError('a webhook of VK needs a secret and a confirmation');
    }
    this.mode = mode;
    this.account = String(group);
    this.#group = group;
    this.#secret = secret;
    this.#confirmation = confirmation;
    this.#api = new VkApi({ baseUrl, token, proxy });
  }

  receive(bytes: Uint8Array, _headers: unknown, now: number): Received {
    const json = isUtf8(bytes) ? parseBoundedJson(new TextDecoder().decode(bytes)) : undefined;
    const event = ownSchema.safeParse(json?.ok === true ? json.value : undefined).data;
    const refused = { answer: { status: 403, body: 'secret' }, items: [] };
    // The proof stands in the body: what cannot be read proves nothing.
    if (event === undefined || event.group_id !== this.#group) return refused;
    if (event.type === 'confirmation' && this.#confirmation !== undefined) {
      return { answer: { status: 200, body: this.#confirmation }, items: [] };
    }
    if (this.#secret === undefined || !isSecret(event.secret, this.#secret)) return refused;
    const { secret: _secret, ...told } = event;
    return { answer: { status: 200, body: 'ok' }, items: readEvent(told, now) };
  }

  async poll(
    cursor: Json | null,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly InboundItem[]; readonly cursor: Json }> {
    this.#place ??= await this.#api.need(placeSchema, 'groups.getLongPollServer', { group_id: this.#group }, signal);
    const { server, key } = this.#place;
    const ts = cursorSchema.safeParse(cursor).data?.ts;
    // Where it begins is kept before anything is waited for: a server that dies while it waits would begin behind what came meanwhile.
    if (ts === undefined) return { items: [], cursor: { ts: this.#place.ts } };
    const url = new URL(server);
    for (const [name, value] of Object.entries({ act: 'a_check', key, ts, wait: String(POLL_SECONDS) })) {
      url.searchParams.set(name, value);
    }
    const answer = await this.#api.wait(pollSchema, url, POLL_SECONDS * 1_000, signal);
    if ('updates' in answer) {
      return { items: answer.updates.flatMap((event) => readEvent(event, now)), cursor: { ts: answer.ts } };
    }
    // 1: older events are lost, it goes on from here. 2: the key has ended. 3: everything begins anew.
    if (answer.failed === 1 && answer.ts !== undefined) return { items: [], cursor: { ts: answer.ts } };
    this.#place = undefined;
    return { items: [], cursor: answer.failed === 2 ? { ts } : null };
  }

  async send(lead: string, part: Part, context: SendContext): Promise<SendOutcome> {
    const attachment = part.file === undefined ? undefined : await this.#attachmentOf(lead, part.file, context);
    if (typeof attachment === 'object') return attachment;
    const fields = {
      ...textsOf(paramsOf(part, REFUSED)),
      peer_id: lead,
      random_id: randomIdOf(lead, part),
      message: part.text,
      attachment,
      keyboard: keyboardOf(part),
    };
    return outcomeOf(await this.#api.call('messages.send', fields, context.signal), part);
  }

  /** The same `random_id` is taken once within an hour, among the last hundred messages. */
  async settle(): Promise<Settled> {
    return { is: 'harmless' };
  }

  async answerPress(lead: string, { press }: { readonly press: string }, signal: AbortSignal): Promise<void> {
    if (press === '') return;
    await this.#api.call('messages.sendMessageEventAnswer', { event_id: press, user_id: lead, peer_id: lead }, signal);
  }

  /** `<talk>/<message>/<attachment>`: addresses that VK told once may have ended. */
  async openFile(file: string, signal: AbortSignal): Promise<OpenedFile> {
    const gone = (why: string): Error => channelError('channel_file_gone', { kind: this.kind, why });
    const [, peer, number, index] = /^(\d{1,16})\/(\d{1,16})\/(\d{1,4})$/.exec(file) ?? [];
    if (peer === undefined) throw gone('it is no file of VK');
    const method = 'messages.getByConversationMessageId';
    const fields = { peer_id: peer, conversation_message_ids: number, group_id: this.#group };
    const end = await this.#api.call(method, fields, signal);
    if (end.is !== 'done') throw errorOf(method, end);
    const [first] = messagesSchema.safeParse(end.result).data?.items ?? [];
    const message = messageSchema.safeParse(first).data;
    const attachment = message === undefined ? undefined : attachmentsOf(message)[Number(index)];
    const url = URL.parse(attachment === undefined ? '' : (fileOf(attachment)?.url ?? ''));
    if (url === null) throw gone('the message has no such file');
    return this.#api.openFile(url, signal);
  }

  async namesOf(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const users = await this.#api.need(usersSchema, 'users.get', { user_ids: ids.join(',') }, signal);
    return new Map(users.map(({ id, first_name: first, last_name: last }) => [String(id), `${first} ${last}`.trim()]));
  }

  async register(url: string | null, signal: AbortSignal): Promise<void> {
    const group = { group_id: this.#group };
    const events = Object.fromEntries(EVENT_TYPES.map((type) => [type, 1]));
    const { items } = await this.#api.need(serversSchema, 'groups.getCallbackServers', group, signal);
    const ours = items.filter((server) => server.title === TITLE || server.url === url);
    if (url === null) {
      for (const { id } of ours) {
        await this.#api.need(z.unknown(), 'groups.deleteCallbackServer', { ...group, server_id: id }, signal);
      }
      const settings = { ...group, enabled: 1, api_version: VK_VERSION, ...events };
      await this.#api.need(z.unknown(), 'groups.setLongPollSettings', settings, signal);
      return;
    }
    const address = { ...group, url, title: TITLE, secret_key: this.#secret };
    const [known] = ours;
    let id = known?.id;
    if (id === undefined) {
      const added = z.object({ server_id: z.int() });
      id = (await this.#api.need(added, 'groups.addCallbackServer', address, signal)).server_id;
    } else {
      await this.#api.need(z.unknown(), 'groups.editCallbackServer', { ...address, server_id: id }, signal);
    }
    const settings = { ...group, server_id: id, api_version: VK_VERSION, ...events };
    await this.#api.need(z.unknown(), 'groups.setCallbackSettings', settings, signal);
  }

  async inspect(url: string | null, signal: AbortSignal): Promise<Inspection> {
    const group = { group_id: this.#group };
    const { groups } = await this.#api.need(groupsSchema, 'groups.getById', group, signal);
    const rights = await this.#api.need(rightsSchema, 'groups.getTokenPermissions', {}, signal);
    const missing = RIGHTS.filter((right) => !rights.permissions.some(({ name }) => name === right));
    const name = groups.find(({ id }) => id === this.#group)?.screen_name ?? '';
    const account = name === '' ? `club${this.#group}` : `@${name}`;
    const checks = [{ name: 'token', ok: true }, rightsCheck(missing)];
    // The rest is told only to whoever may change it.
    if (missing.includes('manage')) return { account, registered: null, checks };
    const { items } = await this.#api.need(serversSchema, 'groups.getCallbackServers', group, signal);
    const ours = items.find((server) => server.url === url) ?? items.find(({ title }) => title === TITLE);
    const registered = ours?.url ?? null;
    if (url === null) {
      const polled = await this.#api.need(longPollSchema, 'groups.getLongPollSettings', group, signal);
      checks.push(strayCheck(registered), longPollCheck(polled.is_enabled));
    } else {
      const { code } = await this.#api.need(codeSchema, 'groups.getCallbackConfirmationCode', group, signal);
      checks.push(addressCheck(ours, url), confirmationCheck(code === this.#confirmation));
    }
    return { account, registered, checks };
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  /** What stands for the file in the message; an outcome: the message cannot be sent with it. */
  async #attachmentOf(
    lead: string,
    file: NonNullable<Part['file']>,
    context: SendContext,
  ): Promise<string | SendOutcome> {
    const { signal } = context;
    const isPhoto = file.type === 'image';
    const kind = isPhoto ? 'photos' : 'docs';
    const asked = { peer_id: lead, ...(isPhoto ? {} : { type: 'doc' }) };
    const place = await this.#api.call(`${kind}.getMessagesUploadServer`, asked, signal);
    if (place.is !== 'done') return notSent(place);
    const url = uploadServerSchema.safeParse(place.result).data?.upload_url;
    if (url === undefined) return NOT_TAKEN;
    const content = await contentOf(file, VK_TRAITS.uploadBytes[file.type], context);
    if ('is' in content) return content;
    const name = fileNameOf(file);
    const sent = await this.#api.upload(new URL(url), { field: isPhoto ? 'photo' : 'file', name, content }, signal);
    if (sent.is !== 'done') return notSent(sent);
    const fields = fieldsSchema.safeParse(sent.result).data;
    if (fields === undefined) return NOT_TAKEN;
    const method = isPhoto ? 'photos.saveMessagesPhoto' : 'docs.save';
    const saved = await this.#api.call(method, isPhoto ? fields : { ...fields, title: name }, signal);
    if (saved.is !== 'done') return notSent(saved);
    const stored = isPhoto
      ? savedPhotoSchema.safeParse(saved.result).data?.[0]
      : savedDocSchema.safeParse(saved.result).data?.doc;
    if (stored === undefined) return NOT_TAKEN;
    const access = stored.access_key ?? '';
    return `${isPhoto ? 'photo' : 'doc'}${stored.owner_id}_${stored.id}${access === '' ? '' : `_${access}`}`;
  }
}

const NOT_TAKEN: SendOutcome = { is: 'not_shown', because: 'file', why: 'VK did not take the file' };

/** Always the same for a part, so that VK takes it once: an integer of 32 bits that is not 0. */
function randomIdOf(lead: string, { id }: Part): number {
  const number = digest(`${lead} ${id}`).readInt32BE();
  return number === 0 ? 1 : number;
}

function textsOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** VK opens small applications by their number, not by an address: such a button is a link. */
function keyboardOf({ buttons }: Part): string | undefined {
  if (buttons === undefined) return undefined;
  const rows = buttons.map((row) =>
    row.map(({ text, data, url, app }) => {
      const link = url ?? app;
      const action =
        link === undefined
          ? { type: 'callback', label: text, payload: JSON.stringify({ d: data }) }
          : { type: 'open_link', label: text, link };
      return { action };
    }),
  );
  return JSON.stringify({ inline: true, buttons: rows });
}

/** A step before the message failed: nothing has been sent yet, and it says nothing of the person. */
function notSent(end: Exclude<VkEnd, { readonly is: 'done' }>): SendOutcome {
  const { why } = end;
  if (end.is === 'none' || FAILED.includes(end.code)) return { is: 'later', forMs: LOST_MS, scope: 'lead', why };
  return refusal(end) ?? { is: 'not_shown', because: 'file', why };
}

/** What concerns every request alike. */
function refusal({ code, why }: Extract<VkEnd, { readonly is: 'error' }>): SendOutcome | undefined {
  if (UNAUTHORISED.includes(code)) return { is: 'not_authorised', why };
  if (!TOO_MANY.includes(code)) return undefined;
  return { is: 'later', forMs: code === 29 ? RATE_PAUSE_MS : PAUSE_MS, scope: 'channel', why };
}

/** VK failed: unknown, internal. */
const FAILED: readonly number[] = [1, 10];
/** The person cannot be written to: deleted, not allowed, its settings, gone, too late for an answer. */
const GONE: readonly number[] = [18, 113, 900, 901, 902, 917, 936, 950];
/** The keyboard's form, and a community whose bot is switched off. */
const BUTTONS: readonly number[] = [911, 912];

function outcomeOf(end: VkEnd, { file }: Part): SendOutcome {
  if (end.is === 'done') return { is: 'done' };
  const { why } = end;
  if (end.is === 'none') {
    return end.sent ? { is: 'unknown', why } : { is: 'later', forMs: LOST_MS, scope: 'lead', why };
  }
  const { code } = end;
  if (FAILED.includes(code)) return { is: 'unknown', why };
  if (GONE.includes(code)) return { is: 'refused', why };
  if (BUTTONS.includes(code)) return { is: 'not_shown', because: 'buttons', why };
  return refusal(end) ?? { is: 'not_shown', because: file === undefined ? 'other' : 'file', why };
}
