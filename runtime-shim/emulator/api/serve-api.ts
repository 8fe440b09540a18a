import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerBusy, answerJson, discardBody } from '../../http/answer.ts';
import { isForeignHost, isJson } from '../../http/guard.ts';
import { type BodyBudget, readBody } from '../../http/read-body.ts';
import type { EmulatorFault } from '../emulator-contract.ts';
import type { TouchPoint } from '../touch-point.ts';
import { ApiRefusal, failureAnswer, REFUSALS } from './api-methods.ts';
import { type ApiCall, type ApiRequest, callApi } from './call-api.ts';

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
interface MessagingApi {
  byKey(key: string): TouchPoint | undefined;
  readonly main: TouchPoint;
  readonly bodies: BodyBudget;
}

/**
 * Answers one request of the Messaging API, with the faults in force. One function for all addresses: faults, the order of
 * LiveTex's checks and the request log come before the route. Never rejects.
 */
export async function serveApi(api: MessagingApi, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answerApi(api, message, response);
  } catch {
    message.socket.destroy();
  }
}

async function answerApi(points: MessagingApi, message: IncomingMessage, response: ServerResponse): Promise<void> {
  // A foreign page that lets its name point here (DNS rebinding) would be same-origin with what it reads.
  if (isForeignHost(message)) {
    const { status, body } = new ApiRefusal(REFUSALS.hostForeign).answer;
    answerJson(response, status, body);
    return discardBody(message);
  }
  const read = await readBody(message, MAX_BODY_BYTES, points.bodies);
  if (!read.ok && read.reason === 'cut off') return;
  if (!read.ok && read.reason === 'busy') return answerBusy(message, response);
  const url = URL.parse(message.url ?? '', 'http://emulator');
  const request: ApiRequest = {
    verb: message.method ?? '',
    path: url?.pathname ?? '',
    key: url?.searchParams.get('key') ?? null,
    hasJsonType: isJson(message),
    chunked: message.headers['transfer-encoding'] !== undefined,
    bytes: read.ok ? read.bytes : null,
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
  if (!read.ok) discardBody(message);
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
