/** What messengers post, and the files that people sent through them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Channels } from '../channels/channels.ts';
import type { LinkedFile } from '../channels/file-links.ts';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import { answerBusy, answerError, answerNotFound, answerText, discardBody } from './answer.ts';
import { write } from './message-stream.ts';
import { BodyBudget, readBody } from './read-body.ts';
import type { HttpCall, Route } from './routes.ts';
import { sniffType } from '../uploads/sniff-type.ts';

/**
 * Largest request of a messenger, bytes: far more than any lets a person write. What is larger is acknowledged all the same, where its
 * headers prove who sent it: refused, it would come again for ever.
 */
const MAX_UPDATE_BYTES = 12 * 1024 * 1024;
/** For all of them at one time, bytes. Apart from the bodies of others: whoever fills it holds up messengers only. */
const MAX_UPDATES_BYTES = 64 * 1024 * 1024;
/** How long a file's first bytes are waited for, ms. */
const OPEN_TIMEOUT_MS = 30_000;

interface ChannelRoutesOptions {
  readonly channels: Channels | undefined;
}

export function channelRoutes({ channels }: ChannelRoutesOptions): Route[] {
  const bodies = new BodyBudget(MAX_UPDATES_BYTES);
  return [
    {
      method: 'POST',
      path: '/webhook/channel/{code}',
      access: 'own',
      summary: 'An event of a messenger',
      params: z.object({ code: z.string() }),
      body: z.looseObject({}),
      answers: { 200: { description: 'stored, known already, or not understood and kept' } },
      answer: (call) => takeUpdate(call, channels, bodies),
    },
    {
      method: 'GET',
      head: true,
      path: '/files/{reference}',
      access: 'own',
      summary: 'A file that a lead or an operator sent, for whoever has its signed address',
      params: z.object({ reference: z.string() }),
      answers: {
        200: { description: 'the file', type: 'application/octet-stream' },
        206: { description: 'the part of it that was asked for', type: 'application/octet-stream' },
      },
      answer: (call) => answerFile(call, channels),
    },
  ];
}

async function takeUpdate(
  { request, response, params }: HttpCall,
  channels: Channels | undefined,
  bodies: BodyBudget,
): Promise<void> {
  const body = await readBody(request, MAX_UPDATE_BYTES, bodies);
  if (!body.ok && body.reason === 'cut off') return;
  if (!body.ok && body.reason === 'busy') return answerBusy(request, response);
  const bytes = body.ok ? body.bytes : Buffer.from(`a body of more than ${MAX_UPDATE_BYTES} bytes`);
  try {
    const answer = await channels?.webhook(params['code'] ?? '', bytes, request.headers);
    if (answer === undefined) answerNotFound(response);
    else answerText(response, answer.status, 'text/plain; charset=utf-8', answer.body);
  } catch {
    // Not stored, for whatever reason: the messenger repeats it.
    answerError(response, 503, { code: 'not_stored', message: 'the event was not stored: send it again' });
  }
  if (!body.ok) discardBody(request);
}

async function answerFile({ request, response, params }: HttpCall, channels: Channels | undefined): Promise<void> {
  const link = (await channels?.readLink(params['reference'] ?? '')) ?? ({ is: 'forged' } as const);
  if (link.is === 'forged') return answerNotFound(response);
  if (link.is === 'expired') {
    return answerError(response, 410, { code: 'link_expired', message: 'the time of this address is over' });
  }
  const leaving = new AbortController();
  response.once('close', () => leaving.abort(new Error('nobody waits for the file')));
  try {
    const late = setTimeout(() => leaving.abort(new Error('the messenger does not answer')), OPEN_TIMEOUT_MS).unref();
    const opened = await channels?.openFile(link.file, leaving.signal).finally(() => clearTimeout(late));
    if (opened === undefined) return answerNotFound(response);
    await sendFile(request, response, link.file, opened);
  } catch (error) {
    if (response.destroyed) return;
    if (response.headersSent) return void response.destroy();
    if (codeOf(error) === 'channel_file_gone') {
      return answerError(response, 404, { code: 'file_gone', message: 'the file is not there any more' });
    }
    answerError(response, 502, {
      code: 'file_unreachable',
      message: 'the file could not be had where it lies: ask again',
    });
  }
}

type Opened = NonNullable<Awaited<ReturnType<Channels['openFile']>>>;

/** A file of a stranger: its type is read from its bytes, and no browser may run anything that is in it. */
async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { name = 'file' }: LinkedFile,
  { stream, size, part }: Opened,
): Promise<void> {
  let chunks = stream[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    const head = first.done === true ? new Uint8Array() : first.value;
    const type = sniffType(head);
    const range = size === undefined ? undefined : rangeOf(request.headers.range, size);
    if (range === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${size}`);
      return answerError(response, 416, { code: 'range_invalid', message: 'the file has no such part' });
    }
    const { from, to } = range ?? { from: 0, to: size === undefined ? Infinity : size - 1 };
    response.writeHead(range === undefined ? 200 : 206, {
      'content-type': type ?? 'application/octet-stream',
      'content-disposition': disposition(type === undefined ? 'attachment' : 'inline', name),
      ...(size === undefined ? {} : { 'content-length': to - from + 1, 'accept-ranges': 'bytes' }),
      ...(range === undefined ? {} : { 'content-range': `bytes ${from}-${to}/${size}` }),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
    });
    if (request.method === 'HEAD') return void response.end();
    let at = 0;
    let chunk = head;
    if (part !== undefined && from > 0) {
      await chunks.return?.();
      chunks = (await part(from, to))[Symbol.asyncIterator]();
      chunk = new Uint8Array();
      at = from;
    }
    for (;;) {
      const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, to + 1 - at));
      at += chunk.byteLength;
      if (piece.byteLength > 0) await write(response, piece);
      if (at > to || response.destroyed) break;
      const next = await chunks.next();
      if (next.done === true) break;
      chunk = next.value;
    }
    response.end();
  } finally {
    await chunks.return?.();
  }
}

/** One range of bytes (RFC 9110, 14.2); several, or another unit, are answered with the whole. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last));
  return from > to ? 'unsatisfiable' : { from, to };
}

/** RFC 6266, with the name in both forms. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
