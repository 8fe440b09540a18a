/** What VK's API does and refuses (VKCOM/vk-api-schema 5.199; dev.vk.com). */
import { z } from 'zod';
import type { VkFile } from './vk-contract.ts';
import type { VkFeed, VkServer } from './vk-feed.ts';
import type { Talk, VkButton, VkTalks } from './vk-talks.ts';

const MAX_TEXT = 4_096;
const MAX_BUTTONS = 10;
const MAX_ROWS = 6;
const MAX_IN_ROW = 5;
const MAX_LABEL = 40;
const MAX_PAYLOAD = 255;
const MAX_TITLE = 14;
const MAX_SECRET = 50;
const MAX_SERVERS = 10;

export type VkFields = Readonly<Record<string, string>>;
export type VkAnswer = { readonly response: unknown } | { readonly code: number; readonly message: string };
type Refusal = Extract<VkAnswer, { readonly code: number }>;

export interface VkParts {
  readonly group: number;
  readonly confirmation: string;
  readonly talks: VkTalks;
  readonly feed: VkFeed;
  readonly url: () => string;
  /** What was put to an upload server, by the word for it. */
  readonly uploaded: Map<string, VkFile>;
}

type Method = (parts: VkParts, fields: VkFields) => Promise<VkAnswer> | VkAnswer;

const done: VkAnswer = { response: 1 };
const wrong = (what: string): Refusal => ({
  code: 100,
  message: `One of the parameters specified was missing or invalid: ${what}`,
});
const badKeyboard = (what: string): Refusal => ({ code: 911, message: `Keyboard format is invalid: ${what}` });

const keyboardSchema = z.object({
  inline: z.boolean().default(false),
  buttons: z.array(
    z.array(
      z.object({
        action: z.object({
          type: z.string(),
          label: z.string().default(''),
          payload: z.union([z.string(), z.looseObject({})]).optional(),
          link: z.string().optional(),
        }),
      }),
    ),
  ),
});

const isOn = (value: string | undefined): boolean => value === '1' || value === 'true';
const eventsIn = (fields: VkFields): ReadonlySet<string> =>
  new Set(Object.keys(fields).filter((key) => key.startsWith('message_') && isOn(fields[key])));

export const VK_METHODS: Readonly<Record<string, Method>> = {
  'users.get': ({ talks }, { user_ids: ids = '' }) => ({
    response: ids.split(',').flatMap((id) => {
      const talk = talks.find(Number(id));
      if (talk === undefined) return [];
      return [{ id: talk.person, first_name: talk.name.first, last_name: talk.name.last, is_closed: true }];
    }),
  }),
  'groups.getById': ({ group }) => ({
    response: { groups: [{ id: group, name: 'Сообщество', screen_name: `club${group}`, type: 'group' }], profiles: [] },
  }),
  'groups.getTokenPermissions': () => {
    const permissions = ['messages', 'photos', 'docs', 'manage'].map((name, at) => ({ name, setting: 1 << at }));
    return { response: { mask: 15, permissions } };
  },
  'groups.getCallbackConfirmationCode': ({ confirmation }) => ({ response: { code: confirmation } }),
  'groups.getCallbackServers': ({ feed }) => {
    const items = [...feed.servers.values()].map(({ id, title, url, secret, status }) => ({
      id,
      title,
      creator_id: 1,
      url,
      secret_key: secret,
      status,
    }));
    return { response: { count: items.length, items } };
  },
  'groups.addCallbackServer': async ({ feed }, fields) => {
    if (feed.servers.size >= MAX_SERVERS) return { code: 2000, message: 'Cannot add more servers' };
    const problem = serverProblem(fields);
    if (problem !== undefined) return problem;
    const server = feed.addServer();
    await change(feed, server, fields);
    return { response: { server_id: server.id } };
  },
  'groups.editCallbackServer': async ({ feed }, fields) => {
    const server = feed.servers.get(Number(fields['server_id']));
    if (server === undefined) return { code: 104, message: 'Not found' };
    const problem = serverProblem(fields);
    if (problem !== undefined) return problem;
    await change(feed, server, fields);
    return done;
  },
  'groups.deleteCallbackServer': ({ feed }, fields) =>
    feed.servers.delete(Number(fields['server_id'])) ? done : { code: 104, message: 'Not found' },
  'groups.setCallbackSettings': ({ feed }, fields) => {
    const server = feed.servers.get(Number(fields['server_id']));
    if (server === undefined) return { code: 104, message: 'Not found' };
    server.events = eventsIn(fields);
    return done;
  },
  'groups.setLongPollSettings': ({ feed }, fields) => {
    feed.polled = { isEnabled: isOn(fields['enabled']), events: eventsIn(fields) };
    return done;
  },
  'groups.getLongPollSettings': ({ feed }) => ({ response: { is_enabled: feed.polled.isEnabled, events: {} } }),
  'groups.getLongPollServer': ({ feed, url, group }) =>
    feed.polled.isEnabled
      ? { response: { ...feed.place, server: `${url()}/_poll/${group}` } }
      : wrong('longpoll for this group is not enabled'),
  'messages.send': ({ talks }, fields) => {
    const { peer_id: peer, peer_ids: peers, user_id: user, message = '', attachment = '' } = fields;
    const talk = talks.find(Number(peer ?? peers ?? user));
    if (fields['random_id'] === undefined) return wrong('random_id is a required parameter');
    if (talk === undefined) return { code: 901, message: "Can't send messages for users without permission" };
    if (talk.isBlocked) return { code: 901, message: "Can't send messages for users without permission" };
    if (message.length > MAX_TEXT) return { code: 914, message: 'Message is too long' };
    const names = attachment.split(',').filter((name) => name !== '');
    const files = names.flatMap((name) => talks.fileByName(name) ?? []);
    if (files.length !== names.length) return wrong('attachment is invalid');
    if (message.trim() === '' && files.length === 0) return wrong('message is empty or invalid');
    const keyboard = keyboardOf(fields['keyboard']);
    if ('code' in keyboard) return keyboard;
    const randomId = fields['random_id'];
    const sent = talks.say(talk, { text: message, files, buttons: keyboard.buttons, randomId });
    if (peers === undefined) return { response: sent.id };
    return { response: [{ peer_id: talk.person, message_id: sent.id, conversation_message_id: sent.number }] };
  },
  'messages.sendMessageEventAnswer': ({ talks }, fields) =>
    talks.answerPress(fields['event_id'] ?? '') ? done : wrong('event_id is invalid'),
  'messages.getByConversationMessageId': ({ talks }, fields) => {
    const talk = talks.find(Number(fields['peer_id']));
    const numbers = (fields['conversation_message_ids'] ?? '').split(',').map(Number);
    return messagesAnswer(talks, talk, (number) => numbers.includes(number));
  },
  'messages.getHistory': ({ talks }, fields) =>
    messagesAnswer(talks, talks.find(Number(fields['peer_id'] ?? fields['user_id'])), () => true),
  'photos.getMessagesUploadServer': ({ url }) => ({
    response: { upload_url: `${url()}/_upload/photo`, album_id: -3, user_id: 0, group_id: 0 },
  }),
  'docs.getMessagesUploadServer': ({ url }) => ({ response: { upload_url: `${url()}/_upload/file` } }),
  'photos.saveMessagesPhoto': ({ talks, uploaded, group }, fields) => {
    const file = uploaded.get(fields['photo'] ?? '');
    if (file === undefined) return wrong('photos_list is invalid');
    const stored = talks.addFile({ ...file, kind: 'photo' });
    return { response: [{ id: stored.id, owner_id: -group, access_key: `k${stored.id}`, album_id: -3, sizes: [] }] };
  },
  'docs.save': ({ talks, uploaded, group }, fields) => {
    const file = uploaded.get(fields['file'] ?? '');
    if (file === undefined) return wrong('file is invalid');
    // VK takes no music and no programs as documents.
    if (/\.(mp3|exe)$/i.test(file.name)) return { code: 105, message: "Couldn't save file" };
    const stored = talks.addFile({ ...file, kind: 'doc', name: fields['title'] ?? file.name });
    return { response: { type: 'doc', doc: { id: stored.id, owner_id: -group, title: stored.name, url: '' } } };
  },
};

function messagesAnswer(talks: VkTalks, talk: Talk | undefined, isWanted: (number: number) => boolean): VkAnswer {
  if (talk === undefined) return { code: 936, message: 'Contact not found' };
  const found = talk.messages.filter(({ number }) => isWanted(number)).map((message) => talks.wire(talk, message));
  return { response: { count: found.length, items: found } };
}

function serverProblem({ url = '', title = '', secret_key: secret = '' }: VkFields): Refusal | undefined {
  if (URL.parse(url) === null) return wrong('url is invalid');
  if (title === '' || title.length > MAX_TITLE) return wrong('title is invalid');
  return secret.length > MAX_SECRET ? wrong('secret_key is invalid') : undefined;
}

/** The answer waits until the address was asked: VK does so beside, and tells the end in `status`. */
async function change(
  feed: VkFeed,
  server: VkServer,
  { url = '', title = '', secret_key: secret = '' }: VkFields,
): Promise<void> {
  Object.assign(server, { url, title, secret, status: 'wait' });
  await feed.confirm(server);
}

function keyboardOf(text: string | undefined): { readonly buttons: ReadonlyArray<readonly VkButton[]> } | Refusal {
  if (text === undefined || text === '') return { buttons: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return badKeyboard('not JSON');
  }
  const parsed = keyboardSchema.safeParse(value);
  if (!parsed.success) return badKeyboard('object expected');
  const rows = parsed.data.buttons;
  if (parsed.data.inline && (rows.flat().length > MAX_BUTTONS || rows.length > MAX_ROWS)) {
    return badKeyboard('too much buttons');
  }
  if (rows.some((row) => row.length > MAX_IN_ROW)) return badKeyboard('too much buttons in a row');
  const buttons: VkButton[][] = [];
  for (const row of rows) {
    const shown: VkButton[] = [];
    for (const { action } of row) {
      const { type, label, link } = action;
      const payload = typeof action.payload === 'object' ? JSON.stringify(action.payload) : action.payload;
      if (label === '' || label.length > MAX_LABEL) return badKeyboard('label is invalid');
      if ((payload ?? '').length > MAX_PAYLOAD) return badKeyboard('payload is too long');
      if (type === 'open_link' && URL.parse(link ?? '')?.hostname.includes('.') !== true) {
        return badKeyboard('link is invalid');
      }
      shown.push({ type, label, payload });
    }
    buttons.push(shown);
  }
  return { buttons };
}
