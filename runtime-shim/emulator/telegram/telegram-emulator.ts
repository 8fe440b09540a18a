import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../../plugin/storage/index.ts';
import { answerJson, discardBody } from '../../http/answer.ts';
import { Faults } from '../messenger-faults.ts';
import { listenAsMessenger, type MessengerCall, Waiters } from '../messenger-server.ts';
import { TelegramChats } from './telegram-chats.ts';
import type { TelegramEmulator, TelegramEmulatorOptions, TelegramFault, TelegramRequest } from './telegram-contract.ts';
import {
  type MethodAnswer,
  type MethodCall,
  TELEGRAM_METHODS,
  type TelegramParts,
  type UploadedFile,
} from './telegram-methods.ts';
import { TelegramWebhook } from './telegram-webhook.ts';
import { UpdateQueue } from './update-queue.ts';

/** Requests that are remembered. */
const REMEMBERED = 10_000;

/**
 * Starts a local Telegram on a loopback port: the part of the Bot API that bots in private chats use, by polling and by webhook,
 * people who write, press and block, and faults on demand. It knows nothing of our own driver.
 *
 * @example
 * const telegram = await startTelegramEmulator();
 * // …point a bot at telegram.url with telegram.token…
 * const anna = telegram.person();
 * anna.write('Здравствуйте');
 * const [answer] = await anna.until(1);
 * await telegram.close();
 */
export async function startTelegramEmulator(options: TelegramEmulatorOptions = {}): Promise<TelegramEmulator> {
  const { username = 'test_bot', port = 0, clock = systemClock } = options;
  const token =
    options.token ?? `${1_000_000 + randomBytes(3).readUIntBE(0, 3)}:${randomBytes(24).toString('base64url')}`;
  const bot = { id: Number(token.split(':', 1)[0]), username };
  const idlers = new Waiters();
  const changed = (): void => {
    webhook.pump();
    idlers.look();
  };
  const queue = new UpdateQueue(clock, () => changed());
  const webhook = new TelegramWebhook(clock, queue);
  const chats = new TelegramChats(queue, () => clock.now(), bot);
  const parts: TelegramParts = { bot, chats, queue, webhook };
  const faults = new Faults<TelegramFault>();
  const requests: TelegramRequest[] = [];
  const listener = await listenAsMessenger({ port, tooLarge: errorBody(413, 'Request Entity Too Large'), serve });

  async function serve({ request, response, url, body }: MessengerCall): Promise<void> {
    const [, file, given = '', path = ''] = /^\/(file\/)?bot([^/]*)\/(.+)$/.exec(url.pathname) ?? [];
    if (given !== token) {
      const known = /^\d+:[\w-]+$/.test(decodeURIComponent(given));
      answerJson(response, known ? 401 : 404, errorBody(known ? 401 : 404, known ? 'Unauthorized' : 'Not Found'));
      return discardBody(request);
    }
    if (file !== undefined) return serveFile(response, decodeURIComponent(path));
    const bytes = await body();
    if (bytes === undefined) return;
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const call = await callOf(request, url, bytes, leaving.signal);
    await perform(path, call, request, response);
  }

  function serveFile(response: ServerResponse, path: string): void {
    const bytes = chats.fileAt(path);
    if (bytes === undefined) return answerJson(response, 404, errorBody(404, 'Not Found'));
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.byteLength });
    response.end(bytes);
  }

  async function perform(
    method: string,
    call: MethodCall,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const note = (status: number): void => {
      requests.push({ method, fields: call.fields, status });
      if (requests.length > REMEMBERED) requests.shift();
      changed();
    };
    const fault = faults.take(method);
    if (fault?.kind === 'cut' && fault.when === 'before') {
      note(0);
      return void request.socket.resetAndDestroy();
    }
    const act = TELEGRAM_METHODS[method.toLowerCase()];
    const answer: MethodAnswer =
      fault?.kind === 'error'
        ? { ...fault }
        : act === undefined
          ? { code: 404, description: 'Not Found: method not found' }
          : await act(parts, call);
    if (fault?.kind === 'cut') {
      note(0);
      return void request.socket.resetAndDestroy();
    }
    if (fault?.kind === 'silent') return note(0);
    const status = 'code' in answer ? answer.code : 200;
    note(status);
    const body =
      'code' in answer ? errorBody(answer.code, answer.description, answer.retryAfter) : { ok: true, ...answer };
    answerJson(response, status, body);
  }

  return {
    url: listener.url ?? '',
    token,
    username,
    person: (id, name) => chats.person(id, name),
    groupMessage: (group, text) => chats.groupMessage(group, text),
    raw: (update) => queue.add(update, 'raw'),
    fault: (fault) => faults.add(fault),
    requests: (method) => requests.filter((one) => method === undefined || one.method === method),
    deliveries: () => webhook.deliveries,
    expireFiles: () => chats.expireFiles(),
    idle: () => idlers.until(() => queue.waiting.length === 0),
    close: async () => {
      webhook.close();
      queue.endPoll();
      await listener.end();
    },
  };
}

function errorBody(code: number, description: string, retryAfter?: number): object {
  const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
  return { ok: false, error_code: code, description, ...parameters };
}

/** Fields may stand in the query, in a form, in JSON, or beside a file ("Making requests"). */
async function callOf(request: IncomingMessage, url: URL, bytes: Uint8Array, left: AbortSignal): Promise<MethodCall> {
  const fields: Record<string, unknown> = Object.fromEntries(url.searchParams);
  const files: Record<string, UploadedFile> = {};
  const type = request.headers['content-type'] ?? '';
  if (bytes.byteLength === 0) return { fields, files, left };
  if (type.startsWith('application/json')) {
    return { fields: { ...fields, ...(JSON.parse(Buffer.from(bytes).toString()) as object) }, files, left };
  }
  const form = await new Response(Buffer.from(bytes), { headers: { 'content-type': type } }).formData();
  for (const [key, value] of form) {
    if (typeof value === 'string') fields[key] = value;
    else files[key] = { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) };
  }
  return { fields, files: resolveAttached(fields, files), left };
}

/** `attach://<name>` in a field names a file of the same body. */
function resolveAttached(
  fields: Readonly<Record<string, unknown>>,
  files: Record<string, UploadedFile>,
): Record<string, UploadedFile> {
  for (const [key, value] of Object.entries(fields)) {
    const name = typeof value === 'string' ? /^attach:\/\/(.+)$/.exec(value)?.[1] : undefined;
    const file = name === undefined ? undefined : files[name];
    if (file !== undefined) files[key] = file;
  }
  return files;
}
