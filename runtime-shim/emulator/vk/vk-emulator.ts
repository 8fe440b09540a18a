import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../../plugin/storage/index.ts';
import { answerJson, answerNotFound } from '../../http/answer.ts';
import { Faults } from '../messenger-faults.ts';
import { listenAsMessenger, type MessengerCall, Waiters } from '../messenger-server.ts';
import type { VkEmulator, VkEmulatorOptions, VkFault, VkFile, VkRequest } from './vk-contract.ts';
import { VkFeed } from './vk-feed.ts';
import { VK_METHODS, type VkAnswer, type VkFields, type VkParts } from './vk-methods.ts';
import { VkTalks } from './vk-talks.ts';

/** Requests that are remembered. */
const REMEMBERED = 10_000;
const MESSAGE_EVENTS = ['message_new', 'message_edit', 'message_event', 'message_allow', 'message_deny'];

/**
 * Starts a local VK on a loopback port: the part of its API that communities use to talk with one person, by the Callback API and
 * by Bots Long Poll, people who write, press and forbid, and faults on demand. It knows nothing of our own driver.
 *
 * @example
 * const vk = await startVkEmulator({ longPoll: true });
 * // …point a bot at vk.url with vk.token and vk.group…
 * const anna = vk.person();
 * anna.write('Здравствуйте');
 * const [answer] = await anna.until(1);
 * await vk.close();
 */
export async function startVkEmulator(options: VkEmulatorOptions = {}): Promise<VkEmulator> {
  const { port = 0, clock = systemClock, longPoll = false } = options;
  const token = options.token ?? `vk1.a.${randomBytes(30).toString('base64url')}`;
  const group = options.group ?? 1_000_000 + randomBytes(3).readUIntBE(0, 3);
  const confirmation = randomBytes(4).toString('hex');
  const idlers = new Waiters();
  const changed = (): void => {
    idlers.look();
  };
  const polled = { isEnabled: longPoll, events: new Set(longPoll ? MESSAGE_EVENTS : []) };
  const feed = new VkFeed({ clock, group, confirmation, changed, polled });
  const url = (): string => listener.url ?? '';
  const talks = new VkTalks({ feed, group, url, now: () => clock.now() });
  const parts: VkParts = { group, confirmation, talks, feed, url, uploaded: new Map() };
  const faults = new Faults<VkFault>();
  const requests: VkRequest[] = [];
  const listener = await listenAsMessenger({ port, tooLarge: {}, serve });

  async function serve({ request, response, url: address, body }: MessengerCall): Promise<void> {
    const [, round, id = ''] = /^\/_files\/([^/]+)\/(.+)$/.exec(address.pathname) ?? [];
    if (round !== undefined) return serveFile(response, talks.fileAt(round, id));
    const bytes = await body();
    if (bytes === undefined) return;
    const query = Object.fromEntries(address.searchParams);
    if (address.pathname.startsWith('/_upload/')) return takeUpload(request, response, bytes);
    if (address.pathname.startsWith('/_poll/')) {
      const leaving = new AbortController();
      response.once('close', () => leaving.abort());
      const call = { key: query['key'] ?? '', ts: Number(query['ts']), wait: Number(query['wait'] ?? 25) };
      const { key: _key, ...told } = query;
      return perform('long poll', told, request, response, () => feed.poll(call, leaving.signal));
    }
    const [, method = ''] = /^\/method\/(.+)$/.exec(address.pathname) ?? [];
    const form = Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString()));
    const { access_token: given, ...fields } = { ...query, ...form };
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const act = async (): Promise<object> => {
      const answer = (given ?? bearer) === token ? await answerOf(method, fields) : UNAUTHORISED;
      return 'code' in answer ? errorBody(answer) : answer;
    };
    await perform(method, fields, request, response, act);
  }

  async function answerOf(method: string, fields: VkFields): Promise<VkAnswer> {
    if (fields['v'] === undefined) return { code: 8, message: 'Invalid request: v (version) is required' };
    return (await VK_METHODS[method]?.(parts, fields)) ?? { code: 3, message: 'Unknown method passed' };
  }

  async function perform(
    method: string,
    fields: VkFields,
    request: IncomingMessage,
    response: ServerResponse,
    act: () => Promise<object>,
  ): Promise<void> {
    const note = (error: VkRequest['error']): void => {
      requests.push({ method, fields, error });
      if (requests.length > REMEMBERED) requests.shift();
      talks.changed();
      changed();
    };
    const fault = faults.take(method);
    if (fault?.kind === 'cut' && fault.when === 'before') {
      note('cut');
      return void request.socket.resetAndDestroy();
    }
    if (fault?.kind === 'error') {
      note(fault.code);
      return answerJson(response, 200, errorBody(fault));
    }
    const answer = await act();
    if (fault?.kind === 'cut') {
      note('cut');
      return void request.socket.resetAndDestroy();
    }
    if (fault?.kind === 'silent') return note('cut');
    const { error } = answer as { readonly error?: { readonly error_code: number } };
    note(error?.error_code ?? null);
    answerJson(response, 200, answer);
  }

  async function takeUpload(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): Promise<void> {
    const type = request.headers['content-type'] ?? '';
    const form = await new Response(Buffer.from(bytes), { headers: { 'content-type': type } }).formData();
    const isPhoto = form.get('photo') !== null;
    const file = form.get('photo') ?? form.get('file');
    if (file === null || typeof file === 'string') return answerJson(response, 200, { error: 'no_file' });
    const id = randomBytes(9).toString('hex');
    const content = new Uint8Array(await file.arrayBuffer());
    parts.uploaded.set(id, { kind: isPhoto ? 'photo' : 'doc', name: file.name, bytes: content });
    answerJson(response, 200, isPhoto ? { server: 1, photo: id, hash: 'h' } : { file: id });
  }

  function serveFile(response: ServerResponse, file: VkFile | undefined): void {
    if (file === undefined) return answerNotFound(response);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.byteLength });
    response.end(file.bytes);
  }

  return {
    url: url(),
    token,
    group,
    confirmation,
    person: (id, name) => talks.person(id, name),
    groupMessage: (chat, text) => talks.groupMessage(chat, text),
    raw: (event) => feed.add(event, 'raw'),
    repeat: () => feed.repeat(),
    failPolls: (kind) => feed.failPolls(kind),
    fault: (fault) => faults.add(fault),
    requests: (method) => requests.filter((one) => method === undefined || one.method === method),
    deliveries: () => feed.deliveries,
    expireFiles: () => talks.expireFiles(),
    idle: () => idlers.until(() => feed.isIdle),
    close: async () => {
      feed.close();
      await listener.end();
    },
  };
}

const UNAUTHORISED: VkAnswer = { code: 5, message: 'User authorization failed: invalid access_token (4).' };

function errorBody({ code, message }: { readonly code: number; readonly message: string }): object {
  return { error: { error_code: code, error_msg: message, request_params: [] } };
}
