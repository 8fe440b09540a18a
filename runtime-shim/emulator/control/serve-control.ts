/** JSON over HTTP under `/_emulator/`, for an emulator in a process of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { codeOf, messageOf } from '../../../plugin/contract/coded-error.ts';
import { answerError, answerJson } from '../../http/answer.ts';
import { foreignPart, isJson } from '../../http/guard.ts';
import { type BodyBudget, jsonOf, takeBody } from '../../http/read-body.ts';
import { type HttpCall, type Route, type Serve, serveRoutes } from '../../http/routes.ts';
import type { EmulatedTouchPoint } from '../emulator-contract.ts';
import { problemsOf } from '../../../plugin/contract/parse-tolerantly.ts';
import type { TouchPoint } from '../touch-point.ts';
import { CONTROL_CALLS } from './control-calls.ts';

const AREA = '/_emulator';
export const CONTROL_PATH = `${AREA}/`;
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
  readonly desk: () => EmulatedTouchPoint;
  readonly bodies: BodyBudget;
}

/** Serves `GET state`, `GET <list>`, `GET changes?after=N` (waits), `POST call` with `{ call, args }`. */
export function serveControl(controlled: Controlled): Serve {
  return serveRoutes(controlRoutes(controlled), {
    mayAsk: (_access, request, response) => mayControl(request, response),
    area: { path: AREA, access: 'control' },
    notFound,
    wrongMethod: notFound,
    logger: undefined,
  });
}

function notFound({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const message = `the control API has no ${method} ${url.split(/[?#]/, 1)[0]}`;
  answerError(response, 404, { code: 'not_found', message });
}

/** The control API asks for no token, so a page of another origin, open in the developer's browser, must not reach it. */
function mayControl(request: IncomingMessage, response: ServerResponse): boolean {
  const part = foreignPart(request);
  if (part === undefined) return true;
  answerError(response, 403, { code: 'forbidden', message: FORBIDDEN[part] });
  return false;
}

const FORBIDDEN = {
  host: 'Host must be a loopback address',
  origin: 'Origin must be the emulator itself',
  site: 'only pages of the emulator itself',
} as const;

function controlRoutes({ point, desk, bodies }: Controlled): Route[] {
  const read = { method: 'GET', access: 'control' } as const;
  const lists = Object.entries(LISTS).map(([name, call]): Route => ({
    ...read,
    path: `${CONTROL_PATH}${name}`,
    summary: `What "${call}" returns`,
    answers: { 200: { description: 'the list', schema: z.object({ [name]: z.unknown() }) } },
    answer: ({ response }) => answerJson(response, 200, { [name]: CONTROL_CALLS[call]?.(desk(), []) }),
  }));
  return [
    ...lists,
    {
      ...read,
      path: `${CONTROL_PATH}state`,
      summary: 'The touch point and its numbers',
      answers: { 200: { description: 'the state', schema: z.looseObject({ token: z.string() }) } },
      answer: ({ response }) => answerJson(response, 200, stateOf(point, desk())),
    },
    {
      ...read,
      path: `${CONTROL_PATH}changes`,
      summary: 'The number of the newest change; with `after`, once there is a newer one',
      query: z.object({ after: z.string().optional() }),
      answers: { 200: { description: 'the number', schema: z.object({ revision: z.number() }) } },
      async answer({ response, query }) {
        await changeAfter(point, Number(query.get('after') ?? Number.NaN), response);
        answerJson(response, 200, { revision: point.changes.revision });
      },
    },
    {
      method: 'POST',
      access: 'control',
      path: `${CONTROL_PATH}call`,
      summary: 'Calls a method of the desk',
      body: callSchema,
      answers: { 200: { description: 'done', schema: z.object({ result: z.unknown() }) } },
      answer: (call) => answerCall(call, desk(), bodies),
    },
  ];
}

async function answerCall(
  { request, response }: HttpCall,
  desk: EmulatedTouchPoint,
  bodies: BodyBudget,
): Promise<void> {
  const tooLarge = { code: 'emulator_option_invalid', message: `a call has at most ${MAX_BODY_BYTES} bytes` };
  const bytes = await takeBody(request, response, { maxBytes: MAX_BODY_BYTES, bodies, tooLarge });
  if (bytes === undefined) return;
  if (!isJson(request)) {
    const message = 'Content-Type must be application/json';
    return answerError(response, 415, { code: 'emulator_option_invalid', message });
  }
  const json = jsonOf(bytes);
  const wanted = callSchema.safeParse(json.ok ? json.value : undefined);
  if (!wanted.success) {
    const message = `not a call: ${problemsOf(wanted.error, '').join('; ')}`;
    return answerError(response, 400, { code: 'emulator_option_invalid', message });
  }
  const { call, args } = wanted.data;
  const act = Object.hasOwn(CONTROL_CALLS, call) ? CONTROL_CALLS[call] : undefined;
  if (act === undefined) {
    return answerError(response, 404, { code: 'emulator_unknown', message: `there is no call "${call}"` });
  }
  try {
    answerJson(response, 200, { result: await act(desk, args) });
  } catch (error) {
    const code = codeOf(error) ?? 'internal';
    answerError(response, STATUS_OF_CODE[code] ?? 500, { code, message: messageOf(error) });
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
