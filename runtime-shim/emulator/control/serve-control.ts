/** JSON over HTTP under `/_emulator/`, for an emulator in a process of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { codeOf, messageOf } from '../../../plugin/contract/coded-error.ts';
import { readBytes } from '../api/read-bytes.ts';
import type { EmulatedTouchPoint } from '../emulator-contract.ts';
import { problemsOf } from '../option-schemas.ts';
import type { TouchPoint } from '../touch-point.ts';
import { CONTROL_CALLS } from './control-calls.ts';
import { controlProblem } from './control-guard.ts';

export const CONTROL_PATH = '/_emulator/';
const MAX_BODY_BYTES = 1024 * 1024;
/** A waiting request ends after so long, and is asked again: shorter than what proxies and clients take for dead. */
const LONGEST_WAIT_MS = 20_000;

/** Lists that people may look at with a browser or curl. */
const LISTS: Readonly<Record<string, string>> = {
  operators: 'operators.list',
  groups: 'groups.list',
  dialogs: 'dialogs.list',
  requests: 'requests.list',
  deliveries: 'webhooks.deliveries',
  faults: 'faults.states',
};
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  emulator_option_invalid: 400,
  emulator_unknown: 404,
  emulator_refused: 409,
};
const callSchema = z.strictObject({ call: z.string(), args: z.array(z.unknown()) });

interface Controlled {
  readonly point: TouchPoint;
  readonly desk: EmulatedTouchPoint;
}

/** `GET state`, `GET <list>`, `GET changes?after=N` (waits), `POST call` with `{ call, args }`. */
export async function serveControl(
  { point, desk }: Controlled,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const problem = controlProblem(message);
  if (problem) {
    fail(response, 403, 'forbidden', problem);
    return;
  }
  const url = new URL(message.url ?? '', 'http://emulator');
  const name = url.pathname.slice(CONTROL_PATH.length);
  const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  if (message.method === 'POST' && name === 'call') await answerCall(desk, message, response);
  else if (message.method === 'GET' && name === 'state') send(response, 200, stateOf(point, desk));
  else if (message.method === 'GET' && name === 'changes') {
    await changeAfter(point, Number(url.searchParams.get('after') ?? Number.NaN), response);
    send(response, 200, { revision: point.changes.revision });
  } else if (message.method === 'GET' && list !== undefined)
    send(response, 200, { [name]: CONTROL_CALLS[list]?.(desk, []) });
  else fail(response, 404, 'not_found', `the control API has no ${message.method} ${url.pathname}`);
}

async function answerCall(desk: EmulatedTouchPoint, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readBytes(message, MAX_BODY_BYTES);
  // A page of another origin can send a form's content types without asking, but not this one.
  if (message.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') {
    fail(response, 415, 'emulator_option_invalid', 'Content-Type must be application/json');
    return;
  }
  const wanted = callSchema.safeParse(parsed(bytes?.toString('utf8') ?? ''));
  if (!wanted.success) {
    fail(response, 400, 'emulator_option_invalid', `not a call: ${problemsOf(wanted.error).join('; ')}`);
    return;
  }
  const { call, args } = wanted.data;
  try {
    const act = Object.hasOwn(CONTROL_CALLS, call) ? CONTROL_CALLS[call] : undefined;
    if (act) send(response, 200, { result: await act(desk, args) });
    else fail(response, 404, 'emulator_unknown', `there is no call "${call}"`);
  } catch (error) {
    const code = codeOf(error) ?? 'internal';
    fail(response, STATUS_OF_CODE[code] ?? 500, code, messageOf(error));
  }
}

/** `undefined` for what is not JSON: then it is no call either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function stateOf(point: TouchPoint, desk: EmulatedTouchPoint): Record<string, unknown> {
  return {
    url: desk.url,
    token: desk.token,
    touchPointId: desk.touchPointId,
    revision: point.changes.revision,
    operators: desk.operators.list(),
    groups: desk.groups.list(),
    webhook: desk.webhooks.settings,
    pendingWebhooks: desk.webhooks.pending(),
    faults: desk.faults.states(),
    requests: desk.requests.count(),
  };
}

/** Resolves at the first change after the given one; at once without one; and when the asker leaves. */
async function changeAfter(point: TouchPoint, after: number, response: ServerResponse): Promise<void> {
  if (Number.isNaN(after) || point.changes.revision > after) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, LONGEST_WAIT_MS);
    const stop = point.changes.on(end);
    response.on('close', end);
  });
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, { error: { code, message } });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify(body));
}
