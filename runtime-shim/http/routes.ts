/** The one place where addresses are registered: each says its method, who may ask, its shapes, and what answers it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import type { z } from 'zod';
import { answerError, answerMethod, answerNotFound } from './answer.ts';
import { FOREIGN_HOST, isForeignHost, refusalFor } from './guard.ts';

/**
 * Who may ask.
 * - `api`: whoever knows `http.apiToken`; without a token, a program or page of this machine.
 * - `state`: anybody where a token is set (counts, no leads); without one, only by a name of this machine.
 * - `own`: the answer checks its callers itself (a webhook's key, a page's cookie).
 */
type Access = 'api' | 'state' | 'own';

/** One request as a route gets it. */
export interface HttpCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The parts of the path that stand in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One possible answer, for `GET /openapi.json`. */
interface AnswerShape {
  readonly description: string;
  /** Left out: no body, or one that is told by `type` alone. */
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly type?: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A GET that load balancers ask with HEAD as well. Node leaves the body out of the answer by itself. */
  readonly head?: boolean;
  /** As OpenAPI writes it: `/api/channels/{channel}/leads/{externalId}`. A part in braces ends at the next slash. */
  readonly path: string;
  /** Asked thousands of times a second: answered without Hono's request and context (docs/decisions/0010-http-on-hono.md). */
  readonly hot?: boolean;
  readonly access: Access;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** The body, when it is JSON. */
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Answers through `response`: what streams and what refuses a body unread need the connection itself. */
  answer(call: HttpCall): void | Promise<void>;
}

/** What Hono is called with. */
export interface HttpEnv {
  readonly Bindings: {
    readonly incoming: IncomingMessage;
    readonly outgoing: ServerResponse;
    /** As `routingPath` writes it. */
    readonly path: string;
  };
}

export interface AppOptions {
  readonly apiToken: string | undefined;
  /** Asked for what no route takes. */
  readonly other: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** What a route threw. */
  readonly failed: (error: unknown, request: IncomingMessage, response: ServerResponse) => void;
}

/** The routes as a Hono application. A wrong method is answered with 405 and what the address takes. */
export function createApp(routes: readonly Route[], { apiToken, other, failed }: AppOptions): Hono<HttpEnv> {
  // The path as it was sent: a URL would take `..` for a way up, and a lead may be called so.
  const app = new Hono<HttpEnv>({ getPath: (_request, options) => options?.env?.path ?? '/' });
  for (const [path, group] of Map.groupBy(routes, (route) => route.path)) {
    const answer = answerOf(group, apiToken);
    app.all(honoPath(path), async ({ req, env: { incoming, outgoing } }) => {
      await answer(incoming, outgoing, req.param());
      return RESPONSE_ALREADY_SENT;
    });
  }
  app.all('/api/*', ({ env: { incoming, outgoing } }) => {
    // A stranger does not learn which addresses there are.
    if (mayAsk('api', incoming, outgoing, apiToken)) answerNotFound(outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.notFound(async ({ env: { incoming, outgoing } }) => {
    await other(incoming, outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.onError((error, { env: { incoming, outgoing } }) => {
    failed(error, incoming, outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  params: Readonly<Record<string, string>>,
) => Promise<void>;

/** Answers the requests of one path. */
function answerOf(group: readonly Route[], apiToken: string | undefined): Answer {
  const access = group[0]?.access ?? 'api';
  const allowed = group.flatMap(({ method, head }) => (head === true ? [method, 'HEAD'] : [method]));
  return async (request, response, params) => {
    const { method: given } = request;
    const route = group.find(({ method, head }) => method === given || (head === true && given === 'HEAD'));
    if (!mayAsk(access, request, response, apiToken)) return;
    if (route === undefined) answerMethod(response, allowed);
    else await route.answer({ request, response, params, query: queryOf(request) });
  };
}

/** Finds what answers a hot route by its path, with Hono's router alone; `undefined`: it is none. */
export function hotRoutes(
  routes: readonly Route[],
  apiToken: string | undefined,
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> | undefined {
  const router = new TrieRouter<Answer>();
  const hot = routes.filter((route) => route.hot === true);
  for (const [path, group] of Map.groupBy(hot, (route) => route.path)) {
    router.add('ALL', honoPath(path), answerOf(group, apiToken));
  }
  return (request, response, path) => {
    const [[[answer, found] = []]] = router.match('ALL', path);
    if (answer === undefined) return undefined;
    const params = Object.entries(found ?? {}).map(([name, value]) => [name, decodeURIComponent(String(value))]);
    return answer(request, response, Object.fromEntries(params) as Record<string, string>);
  };
}

/** The path of decoded segments for the router: a slash or a percent sign inside a segment stays encoded. */
export function routingPath(segments: readonly string[]): string {
  const parts = segments.map((segment) =>
    segment.includes('/') || segment.includes('%') ? segment.replaceAll('%', '%25').replaceAll('/', '%2F') : segment,
  );
  return `/${parts.join('/')}`;
}

/** Also an empty part is a part: what stands there is looked at by whoever answers. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1{[^/]*}');
}

function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1).split('#', 1)[0]);
}

/** False: it was refused, and is answered. */
function mayAsk(
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
  apiToken: string | undefined,
): boolean {
  const refusal =
    access === 'api'
      ? refusalFor(request, apiToken)
      : access === 'state' && apiToken === undefined && isForeignHost(request)
        ? FOREIGN_HOST
        : undefined;
  if (refusal === undefined) return true;
  if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer');
  answerError(response, refusal.status, refusal.error);
  return false;
}
