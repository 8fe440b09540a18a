import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmulatorFault } from '../emulator-contract.ts';
import type { TouchPoint } from '../touch-point.ts';
import { failureAnswer } from './api-refusal.ts';
import { type ApiCall, type ApiRequest, callApi } from './call-api.ts';
import { readBytes } from './read-bytes.ts';

/** LiveTex's own limit is not documented; the largest request of the plugin is far below it. */
const MAX_BODY_BYTES = 1024 * 1024;
/** A path is written into the request log: one that is longer says nothing more. */
const MAX_NAME_LENGTH = 100;
const HTML = '<!doctype html><html><body><h1>Сервис временно недоступен</h1></body></html>';

interface Answer {
  readonly status: number;
  /** `null`: the connection is cut instead. */
  readonly text: string | null;
  readonly contentType: string;
  readonly retryAfter?: string;
  /** For the request log. */
  readonly body: unknown;
  readonly fault?: EmulatorFault['kind'];
}

/** Which touch point a key belongs to, and which one stands for requests without a valid key. */
export interface TouchPoints {
  byKey(key: string): TouchPoint | undefined;
  readonly main: TouchPoint;
}

/** Answers one request of the Messaging API, with the faults in force. */
export async function serveApi(points: TouchPoints, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.parse(message.url ?? '', 'http://emulator');
  const request: ApiRequest = {
    verb: message.method ?? '',
    path: url?.pathname ?? '',
    key: url?.searchParams.get('key') ?? null,
    contentType: message.headers['content-type'],
    chunked: message.headers['transfer-encoding'] !== undefined,
    bytes: await readBytes(message, MAX_BODY_BYTES),
  };
  const owner = points.byKey(request.key ?? '');
  const point = owner ?? points.main;
  const [version = '', method = ''] = request.path.slice(1, MAX_NAME_LENGTH).split('/');

  const latencyMs = point.faults.takeLatencyMs(method);
  if (latencyMs > 0) await new Promise<void>((resolve) => point.options.clock.after(latencyMs, resolve));

  const { answer, body } = answerWithFaults(point, owner, request, method);
  point.requests.add({
    at: point.options.clock.now(),
    version,
    method,
    body,
    status: answer.status,
    answer: answer.body,
    ...(answer.fault && { fault: answer.fault }),
  });
  point.changes.notify();
  write(message, response, answer);
}

function answerWithFaults(
  point: TouchPoint,
  owner: TouchPoint | undefined,
  request: ApiRequest,
  method: string,
): { readonly answer: Answer; readonly body: unknown } {
  const { faults } = point;
  if (faults.take('reset', method, (fault) => fault.when === 'before')) return { answer: CUT, body: null };
  const status = faults.take('status', method);
  const html = status ? undefined : faults.take('html', method);
  if (status && !status.effect) return { answer: statusAnswer(status), body: null };
  if (html)
    return { answer: { status: 200, text: HTML, contentType: 'text/html', body: HTML, fault: 'html' }, body: null };

  const keyRefused = faults.take('token') !== undefined;
  const call = callApi(owner, request, keyRefused);
  if (status) return { answer: statusAnswer(status), body: call.body };
  // Only a request that took effect can lose its answer "after".
  if (call.answer.status === 200 && faults.take('reset', method, (fault) => fault.when === 'after'))
    return { answer: CUT, body: call.body };
  return { answer: plainAnswer(call, keyRefused), body: call.body };
}

const CUT: Answer = { status: 0, text: null, contentType: '', body: null, fault: 'reset' };

function plainAnswer({ answer }: ApiCall, keyRefused: boolean): Answer {
  return {
    status: answer.status,
    text: JSON.stringify(answer.body),
    contentType: 'application/json',
    body: answer.body,
    ...(keyRefused && { fault: 'token' }),
  };
}

function statusAnswer(fault: Extract<EmulatorFault, { kind: 'status' }>): Answer {
  const { body } = failureAnswer(fault.status, fault.code ?? 7, 'A fault set at the emulator');
  return {
    status: fault.status,
    text: fault.body ?? JSON.stringify(body),
    contentType: fault.contentType ?? 'application/json',
    body: fault.body ?? body,
    fault: 'status',
    ...(fault.retryAfter !== undefined && { retryAfter: fault.retryAfter }),
  };
}

function write(message: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer.text === null) {
    message.socket.resetAndDestroy();
    return;
  }
  // Not `writeHead`: so Node itself leaves the length and the body out where a status has none.
  response.statusCode = answer.status;
  response.setHeader('content-type', answer.contentType);
  if (answer.retryAfter !== undefined) response.setHeader('retry-after', answer.retryAfter);
  response.end(answer.text);
}
