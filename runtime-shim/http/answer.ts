import type { Text } from '../../plugin/contract/text.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';

/** What a caller reads when its request fails: a stable code, a sentence, and every problem when there are several. Never a stack. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly string[];
  /** The sentence in Russian, where people read it. */
  readonly ru?: string;
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answerText(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

/** Answers with `{ "error": … }`. A sentence alone is how the simulator's page is told. */
export function answerError(response: ServerResponse, status: number, error: ErrorBody | string): void {
  answerJson(response, status, { error });
}

export function answerText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    // Answers hold what people wrote: no browser should take them for markup, and nothing should keep them.
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  // As a text: Node sends it in one write with the head.
  response.end(text);
}

/** The method is wrong for this address. */
export function answerMethod(response: ServerResponse, allowed: readonly string[]): void {
  const allow = allowed.join(', ');
  response.setHeader('allow', allow);
  answerError(response, 405, { code: 'method_not_allowed', message: `this address takes ${allow}` });
}

export function answerNotFound(response: ServerResponse): void {
  answerError(response, 404, { code: 'not_found', message: 'there is nothing at this address' });
}

/**
 * How long the rest of a refused body is thrown away, ms. Our choice: a caller that is still sending when its connection is
 * cut gets a reset and never sees the answer (RFC 9112, section 9.6); one that sends for ever is cut.
 */
const LINGER_MS = 1_000;

/** Answers without having read the body: what still comes is not kept, and the connection is cut when it does not end soon. */
export function answerUnread(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: ErrorBody | string,
): void {
  answerError(response, status, error);
  discardBody(request);
}

/** Throws away what still comes of the body of a request that is answered. */
export function discardBody(request: IncomingMessage): void {
  const cut = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('end', () => clearTimeout(cut)).once('close', () => clearTimeout(cut));
  request.resume();
}

/** There is no memory for one more body now. */
export function answerBusy(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('retry-after', '1');
  answerUnread(request, response, 503, { code: 'busy', message: 'too much is being sent at one time: send it again' });
}

/** When a channel should try a lead's message again that was too much for one hour, s. */
const LEAD_PAUSE_S = 600;

/** What went wrong while a request was served: the caller's mistake, a store that does not answer, or ours. */
export function answerFailure(response: ServerResponse, error: unknown): 'told' | 'unexpected' {
  const code = codeOf(error) ?? '';
  if (code === 'message_invalid') {
    const facts = (error as { readonly facts?: { readonly problems?: readonly Text[] } }).facts;
    const problems = facts?.problems?.map(({ en }) => en) ?? [];
    answerError(response, 400, { code, message: messageOf(error), problems });
    return 'told';
  }
  if (code === 'lead_messages_full') {
    response.setHeader('retry-after', String(LEAD_PAUSE_S));
    answerError(response, 429, { code, message: messageOf(error) });
    return 'told';
  }
  if (code === 'runtime_closed') {
    answerError(response, 503, { code, message: messageOf(error) });
    return 'told';
  }
  response.setHeader('retry-after', '1');
  const isQuestion = response.req.method === 'GET' || response.req.method === 'HEAD';
  const message = isQuestion ? 'this could not be answered now: ask again' : 'nothing was stored: send it again';
  answerError(response, 503, { code: code.startsWith('storage_') ? code : 'failed', message });
  return 'unexpected';
}
