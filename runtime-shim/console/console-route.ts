/** How a route of the console reads: who may ask, what comes, what is done, what goes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { codeOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import { issueWords, pathText } from '../../plugin/contract/issue-words.ts';
import type { Json } from '../../plugin/storage/contract.ts';
import { answerJson, discardBody } from '../http/answer.ts';
import { type BodyBudget, jsonOf, takeBody } from '../http/read-body.ts';
import type { HttpCall, Route } from '../http/routes.ts';
import { setPageHeaders } from '../page/answer-page.ts';
import { type AccessPorts, statusOf, whoAsks } from './access.ts';
import type { AuditLog } from './audit-log.ts';
import { consoleError } from './console-errors.ts';
import type { Person, Role } from './sessions.ts';

export const AREA = '/console';
/** Longest body: a binding with all its texts. */
const MAX_BODY_BYTES = 256 * 1024;

export interface RoutePorts {
  readonly access: AccessPorts;
  readonly audit: AuditLog;
  readonly bodies: BodyBudget;
  readonly logger: Logger;
}

/** One request, looked at: `body` and `query` have their shapes. */
interface ConsoleCall<Body, Query> {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  readonly person: Person;
  /** Writes down what this person has done. */
  readonly note: (what: string, about?: Readonly<Record<string, Json>>) => Promise<void>;
}

interface RouteShape<Body, Query> {
  readonly method: Route['method'];
  /** Below `/console/api`. */
  readonly path: string;
  /** Who may ask: `viewer` is everybody who may open the console. */
  readonly role: Role;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodType<Query> & z.ZodObject;
  readonly body?: z.ZodType<Body>;
  readonly answer: z.ZodType;
  /** What is told with 200; `undefined`: it was answered already. @throws what the caller is told */
  readonly act: (call: ConsoleCall<Body, Query>) => Promise<unknown>;
}

export function consoleRoute<Body = undefined, Query = undefined>(
  ports: RoutePorts,
  { path, method, role, summary, params, query, body, answer, act }: RouteShape<Body, Query>,
): Route {
  const changes = method !== 'GET';
  return {
    method,
    path: `${AREA}/api${path}`,
    access: 'own',
    opens: 'adminToken',
    summary: role === 'admin' && !changes ? `${summary} (admins only)` : summary,
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    answers: {
      200: { description: 'it', schema: answer },
      400: { description: 'what is wrong, at its field' },
      401: { description: 'nobody has logged in' },
      403: { description: 'not from here, or not with this role' },
    },
    answer: (call) =>
      answering(call, ports.logger, async () => {
        const person = await whoAsks(call.request, ports.access, { changes });
        if (role === 'admin' && person.role !== 'admin') throw consoleError('console_viewer', undefined);
        const given = body === undefined ? undefined : await bodyOf(call, ports.bodies, body);
        if (body !== undefined && given === undefined) return undefined;
        return await act({
          ...call,
          person,
          body: given as Body,
          query: (query === undefined ? undefined : parsed(query, Object.fromEntries(call.query))) as Query,
          note: (what, about) => ports.audit.add(person, what, about),
        });
      }),
  };
}

/** Answers with what comes of it, or with what went wrong: a code and a sentence in both languages. */
export async function answering(
  { request, response }: HttpCall,
  logger: Logger,
  act: () => Promise<unknown>,
): Promise<void> {
  setPageHeaders(response);
  try {
    const value = await act();
    if (value !== undefined) answerJson(response, 200, value);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    const code = codeOf(error) ?? 'failed';
    const status = statusFor(code);
    if (status === 500) logger.error('a request of the console failed', { error });
    const { facts = {} } = error as { readonly facts?: { readonly seconds?: number; readonly fields?: unknown } };
    if (facts.seconds !== undefined) response.setHeader('retry-after', String(facts.seconds));
    const text = status === 500 ? FAILED : textOf(error);
    const more = { ...(facts.fields === undefined ? {} : { fields: facts.fields }), ...moreOf(error) };
    answerJson(response, status, { error: { code, message: text.en, ru: text.ru, ...more } });
    // Refused before it was read.
    if (!request.complete) discardBody(request);
  }
}

const FAILED = {
  en: 'this could not be done now: the server’s log says why',
  ru: 'сейчас не получилось: причина в журнале сервера',
};

/** LiveTex, messengers and the network are outside; a storage that does not answer may soon. */
function statusFor(code: string): number {
  if (code.startsWith('livetex_')) return 502;
  if (code.startsWith('storage_')) return 503;
  const status = statusOf({ code });
  return status === 500 && code.startsWith('channel_') ? 502 : status;
}

/** A refusal that shows what is there instead. */
export class Refusal extends Error {
  readonly code: string;
  readonly text: { readonly en: string; readonly ru: string };
  readonly more: Readonly<Record<string, unknown>>;

  constructor(error: unknown, more: Readonly<Record<string, unknown>>) {
    const text = textOf(error);
    super(text.en, { cause: error });
    this.code = codeOf(error) ?? 'failed';
    this.text = text;
    this.more = more;
  }
}

function moreOf(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof Refusal ? error.more : {};
}

/** The body in its shape; `undefined`: it could not be had, and is answered. @throws console_request_invalid */
export async function bodyOf<Body>(
  call: HttpCall,
  bodies: BodyBudget,
  schema: z.ZodType<Body>,
): Promise<Body | undefined> {
  const tooLarge = { code: 'too_large', message: `a request of the console has at most ${MAX_BODY_BYTES} bytes` };
  const bytes = await takeBody(call.request, call.response, { maxBytes: MAX_BODY_BYTES, bodies, tooLarge });
  if (bytes === undefined) return undefined;
  const json = bytes.byteLength === 0 ? ({ ok: true, value: {} } as const) : jsonOf(bytes);
  return parsed(schema, json.ok ? json.value : undefined);
}

/** @throws console_request_invalid with every problem at its field */
function parsed<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({ path: pathText(issue.path), text: issueWords(issue) }));
  throw new Refusal(consoleError('console_request_invalid', undefined), { fields });
}
