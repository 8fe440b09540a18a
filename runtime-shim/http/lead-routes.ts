import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseBoundedJson } from '../../plugin/contract/bounded-json.ts';
import { shimError } from '../errors.ts';
import { answerBusy, answerError, answerJson, answerMethod, answerUnread } from './answer.ts';
import { afterOf, streamMessages, wantsStream } from './message-stream.ts';
import { readBody } from './read-body.ts';
import type { TranscriptPage } from '../runtime/contract.ts';
import type { ServerPorts, Serving } from './server-ports.ts';

/** Largest lead message: its text is bounded far below, so that a larger one is refused with words. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;

/** A lead as the address names it. */
interface Address {
  readonly channel: string;
  readonly externalId: string;
}

/** `GET /api/channels/<channel>/leads/<externalId>` */
export async function serveLead(
  request: IncomingMessage,
  response: ServerResponse,
  ports: ServerPorts,
  { channel, externalId }: Address,
): Promise<void> {
  if (request.method !== 'GET') return answerMethod(response, ['GET']);
  const view = await ports.runtime.lead(channel, externalId);
  if (view === undefined) answerError(response, 404, { code: 'not_found', message: 'there is no such lead' });
  else answerJson(response, 200, view);
}

/** `POST` and `GET /api/channels/<channel>/leads/<externalId>/messages` */
export async function serveMessages(
  request: IncomingMessage,
  response: ServerResponse,
  { ports, bodies, closing }: Serving,
  address: Address,
  query: URLSearchParams,
): Promise<void> {
  if (request.method === 'POST') return takeMessage(request, response, { ports, bodies }, address);
  if (request.method !== 'GET') return answerMethod(response, ['GET', 'POST']);
  const after = afterOf(request, query);
  const { channel, externalId } = address;
  const read = (seq: number, page?: TranscriptPage): ReturnType<typeof ports.runtime.messages> =>
    ports.runtime.messages(channel, externalId, seq, page);
  if (wantsStream(request)) return streamMessages(response, { ports, closing, read, after, ...address });
  answerJson(response, 200, { messages: await read(after) });
}

async function takeMessage(
  request: IncomingMessage,
  response: ServerResponse,
  { ports, bodies }: Pick<Serving, 'ports' | 'bodies'>,
  address: Address,
): Promise<void> {
  const body = await readBody(request, MAX_MESSAGE_BYTES, bodies);
  if (!body.ok) {
    if (body.reason === 'cut off') return;
    if (body.reason === 'busy') return answerBusy(request, response);
    const error = { code: 'too_large', message: `a message has at most ${MAX_MESSAGE_BYTES} bytes` };
    return answerUnread(request, response, 413, error);
  }
  const message = parseBody(body.bytes);
  if (typeof message === 'string') {
    return answerError(response, 400, { code: 'message_invalid', message, problems: [message] });
  }
  const stored = await ports.runtime.receive({ ...message, ...address });
  answerJson(response, 202, stored);
}

/** The body as an object, or what is wrong with it. The runtime looks at what it holds. */
function parseBody(bytes: Uint8Array): object | string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return 'the body is not UTF-8';
  }
  const json = parseBoundedJson(text);
  if (!json.ok) return `the body is ${json.problem}`;
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return 'the body must be a JSON object';
  }
  // The address says who the lead is: a body that says it again could say something else.
  const twice = ['channel', 'externalId'].filter((key) => Object.hasOwn(json.value as object, key));
  if (twice.length > 0) {
    throw shimError('message_invalid', { problems: twice.map((key) => `${key}: belongs into the address only`) });
  }
  return json.value;
}
