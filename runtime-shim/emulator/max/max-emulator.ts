import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '../../../plugin/storage/index.ts';
import { answerJson, answerText } from '../../http/answer.ts';
import { Faults } from '../messenger-faults.ts';
import { listenAsMessenger, type MessengerCall, Waiters } from '../messenger-server.ts';
import type { MaxEmulator, MaxEmulatorOptions, MaxFault, MaxFileKind, MaxRequest } from './max-contract.ts';
import { MaxFeed, type MaxUpdate } from './max-feed.ts';
import { MAX_METHODS, type MaxAnswer, type MaxMethodCall, type MaxParts } from './max-methods.ts';
import { MaxTalks } from './max-talks.ts';

/** Requests that are remembered. */
const REMEMBERED = 10_000;
const SECOND_MS = 1_000;

/**
 * Starts a local MAX on a loopback port: the part of the Bot API that bots in talks with one person use, by webhook and by polling,
 * people who write, press and stop the bot, and faults on demand. It knows nothing of our own driver.
 *
 * @example
 * const max = await startMaxEmulator();
 * // …point a bot at max.url with max.token…
 * const anna = max.person();
 * anna.write('Здравствуйте');
 * const [answer] = await anna.until(1);
 * await max.close();
 */
export async function startMaxEmulator(options: MaxEmulatorOptions = {}): Promise<MaxEmulator> {
  const { username = 'test_bot', port = 0, clock = systemClock, limits = true } = options;
  const token = options.token ?? `f9LHod${randomBytes(30).toString('base64url')}`;
  const bot = { id: 5_000_000 + randomBytes(3).readUIntBE(0, 3), username };
  const idlers = new Waiters();
  const feed = new MaxFeed(clock, () => {
    idlers.look();
  });
  const talks = new MaxTalks({ feed, bot, now: () => clock.now(), url: () => listener.url ?? '' });
  const places = new Map<string, { readonly kind: MaxFileKind; readonly token: string | undefined }>();
  const uploaded = new Map<string, string>();
  const recent = new Map<string, number[]>();
  const parts: MaxParts = {
    bot,
    talks,
    feed,
    now: () => clock.now(),
    uploads: {
      place: (kind) => {
        const id = randomBytes(9).toString('base64url');
        // A video's and a sound's token is told beforehand, the others' with the answer to the upload.
        const early = kind === 'video' || kind === 'audio' ? `t${id}` : undefined;
        places.set(id, { kind, token: early });
        return { url: `${listener.url}/_upload/${id}`, ...(early === undefined ? {} : { token: early }) };
      },
    },
    mayCome: (what, most) => {
      const now = clock.now();
      const times = (recent.get(what) ?? []).filter((at) => now - at < SECOND_MS);
      recent.set(what, [...times, now]);
      return !limits || times.length < most;
    },
  };
  const faults = new Faults<MaxFault>();
  const requests: MaxRequest[] = [];
  const listener = await listenAsMessenger({
    port,
    tooLarge: { code: 'too.large', message: 'Payload too large' },
    serve,
  });

  async function serve({ request, response, url, body }: MessengerCall): Promise<void> {
    const [, round, fileToken = ''] = /^\/_files\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
    if (round !== undefined) return serveFile(response, round, fileToken);
    const bytes = await body();
    if (bytes === undefined) return;
    const [, place] = /^\/_upload\/(.+)$/.exec(url.pathname) ?? [];
    if (place !== undefined) return takeUpload(request, response, place, bytes);
    if (request.headers.authorization !== token) {
      return answerJson(response, 401, { code: 'verify.token', message: 'Invalid access_token' });
    }
    const [, name = '', rest = ''] = /^(\/[^/]+)(?:\/(.*))?$/.exec(url.pathname) ?? [];
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const query = Object.fromEntries(url.searchParams);
    const text = Buffer.from(bytes).toString();
    const call = { query, body: text === '' ? undefined : jsonOf(text), rest, left: leaving.signal };
    await perform(`${request.method} ${name}`, call, request, response);
  }

  async function perform(
    method: string,
    call: MaxMethodCall,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const note = (status: number): void => {
      requests.push({ method, query: call.query, body: call.body, status });
      if (requests.length > REMEMBERED) requests.shift();
      talks.changed();
    };
    const fault = faults.take(method);
    if (fault?.kind === 'cut' && fault.when === 'before') {
      note(0);
      return void request.socket.resetAndDestroy();
    }
    if (fault?.kind === 'error') {
      note(fault.status);
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
      return answerJson(response, fault.status, { code: fault.code, message: fault.message });
    }
    const answer: MaxAnswer = (await MAX_METHODS[method]?.(parts, withUploads(call))) ?? {
      status: 404,
      code: 'not.found',
      message: `Path ${method} is not recognized`,
    };
    if (fault?.kind === 'cut') {
      note(0);
      return void request.socket.resetAndDestroy();
    }
    if (fault?.kind === 'silent') return note(0);
    if ('code' in answer) {
      note(answer.status);
      return answerJson(response, answer.status, { code: answer.code, message: answer.message });
    }
    note(200);
    answerJson(response, 200, answer.result);
  }

  /** A token that was told before its file came stands for that file. */
  function withUploads(call: MaxMethodCall): MaxMethodCall {
    if (call.body === undefined) return call;
    const text = JSON.stringify(call.body, (key, value: unknown) =>
      key === 'token' && typeof value === 'string' ? (uploaded.get(value) ?? value) : value,
    );
    return { ...call, body: JSON.parse(text) as unknown };
  }

  async function takeUpload(
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    bytes: Uint8Array,
  ): Promise<void> {
    const place = places.get(id);
    // One place takes one file.
    places.delete(id);
    const type = request.headers['content-type'] ?? '';
    if (place === undefined || !type.startsWith('multipart/form-data')) {
      return answerJson(response, 400, { code: 'upload.error', message: 'no such place, or no form' });
    }
    const form = await new Response(Buffer.from(bytes), { headers: { 'content-type': type } }).formData();
    const file = form.get('data');
    if (file === null || typeof file === 'string') {
      return answerJson(response, 400, { code: 'upload.error', message: 'no file in the form' });
    }
    const content = new Uint8Array(await file.arrayBuffer());
    const stored = talks.addFile({ kind: place.kind, name: file.name, bytes: content });
    if (place.token !== undefined) {
      uploaded.set(place.token, stored.token);
      return answerText(response, 200, 'text/xml', '<retval>1</retval>');
    }
    const body = place.kind === 'image' ? { photos: { [id]: { token: stored.token } } } : { token: stored.token };
    answerJson(response, 200, body);
  }

  function serveFile(response: ServerResponse, round: string, fileToken: string): void {
    const file = talks.fileAt(round, fileToken);
    if (file === undefined) return answerJson(response, 404, { code: 'not.found', message: 'File not found' });
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.byteLength });
    response.end(file.bytes);
  }

  return {
    url: listener.url ?? '',
    token,
    username,
    person: (id, name) => talks.person(id, name),
    groupMessage: (chat, text) => talks.groupMessage(chat, text),
    raw: (update) => feed.add(update as MaxUpdate, 'raw'),
    fault: (fault) => faults.add(fault),
    requests: (method) => requests.filter((one) => method === undefined || one.method === method),
    deliveries: () => feed.deliveries,
    subscriptions: () => feed.subscriptions,
    expireFiles: () => talks.expireFiles(),
    idle: () => idlers.until(() => feed.isIdle),
    close: async () => {
      feed.close();
      await listener.end();
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
