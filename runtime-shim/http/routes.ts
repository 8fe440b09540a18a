/** The one place where addresses are registered: each says its method, who may ask, its shapes, and what answers it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { TrieRouter } from 'hono/router/trie-router';
import type { z } from 'zod';
import type { Logger } from '../../plugin/contract/host.ts';
import { answerError, answerFailure, answerMethod, answerNotFound } from './answer.ts';

/**
 * Who may ask. What each server answers to whom it refuses: its `mayAsk`.
 * - `api`: whoever knows `http.apiToken`; without a token, a program or page of this machine.
 * - `state`: anybody where a token is set (counts, no leads); without one, only by a name of this machine.
 * - `own`: the answer checks its callers itself (a webhook's key).
 * - `page`: a browser or program of this machine, by one of its names.
 * - `command`: the simulator's own page only.
 * - `control`: a program or page of this machine, as `api` without a token.
 */
export type Access = 'api' | 'state' | 'own' | 'page' | 'command' | 'control';

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

/** May a page of this origin ask the address with these parts of its path? */
export type MayAskFrom = (origin: string, params: Readonly<Record<string, string>>) => boolean;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A GET that load balancers ask with HEAD as well. Node leaves the body out of the answer by itself. */
  readonly head?: boolean;
  /** As OpenAPI writes it: `/api/channels/{channel}/leads/{externalId}`. A part in braces ends at the next slash. */
  readonly path: string;
  /** Asked thousands of times a second: answered without Hono's request and context (docs/decisions/0010-http-on-hono.md). */
  readonly hot?: boolean;
  readonly access: Access;
  /**
   * Pages of these origins may ask with a browser (`https://shop.example`; `*`: all). Left out: the browser is told nothing.
   * The same for all methods of a path. It does not loosen `access`. Such a route is not `hot`. A function: it depends on the address.
   */
  readonly corsOrigins?: readonly string[] | MayAskFrom;
  /** A promise to nobody outside: `GET /openapi.json` leaves it out. */
  readonly internal?: boolean;
  /** A token of its own that opens it, for `GET /openapi.json`: the key of the configuration behind `http.`. */
  readonly opens?: 'adminToken';
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** The body, when it is JSON. */
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Answers through `response`: what streams and what refuses a body unread need the connection itself. */
  answer(call: HttpCall): void | Promise<void>;
}

export type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ServeOptions {
  /** False: it was refused, and is answered. */
  readonly mayAsk: (access: Access, request: IncomingMessage, response: ServerResponse) => boolean;
  /** Where a stranger does not learn which addresses there are: everything under this path asks for this access. */
  readonly area?: { readonly path: string; readonly access: Access };
  /** There is nothing at this address of the area. Default: 404. */
  readonly notFound?: (request: IncomingMessage, response: ServerResponse) => void;
  /** The address takes other methods. Default: 405. */
  readonly wrongMethod?: (request: IncomingMessage, response: ServerResponse, allowed: readonly string[]) => void;
  /** Asked for what is outside the area, and no route takes. Default: 404. */
  readonly other?: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  readonly logger: Logger | undefined;
}

/** Answers requests by these routes. What an answer throws is answered and logged: the promise never rejects. */
export function serveRoutes(routes: readonly Route[], options: ServeOptions): Serve {
  const failed = (error: unknown, request: IncomingMessage, response: ServerResponse): void => {
    if (response.headersSent) response.destroy();
    else if (answerFailure(response, error) === 'told') return;
    options.logger?.error('a request failed', { method: request.method, error });
  };
  const app = createApp(routes, options, failed);
  const hot = hotRoutes(routes, options);
  const listen = getRequestListener(
    (request, { incoming, outgoing }) => {
      const path = parsePath(incoming.url ?? '/');
      const env = { incoming: incoming as IncomingMessage, outgoing: outgoing as ServerResponse };
      return app.fetch(request, { ...env, path: path.ok ? routingPath(path.segments) : '/' });
    },
    { hostname: 'localhost', overrideGlobalObjects: false, autoCleanupIncoming: false },
  );
  return async (request, response) => {
    const path = parsePath(request.url ?? '/');
    if (!path.ok) return answerError(response, 400, { code: 'bad_request', message: path.reason });
    try {
      await (hot(request, response, routingPath(path.segments)) ?? listen(request, response));
    } catch (error) {
      failed(error, request, response);
    }
  };
}

/** What Hono is called with. */
interface HttpEnv {
  readonly Bindings: {
    readonly incoming: IncomingMessage;
    readonly outgoing: ServerResponse;
    /** As `routingPath` writes it. */
    readonly path: string;
  };
}

type Failed = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

/** The routes as a Hono application. */
function createApp(routes: readonly Route[], options: ServeOptions, failed: Failed): Hono<HttpEnv> {
  const { area, mayAsk, notFound = notFoundHere, other = notFoundHere } = options;
  // The path as it was sent: a URL would take `..` for a way up, and a lead may be called so.
  const app = new Hono<HttpEnv>({ getPath: (_request, given) => given?.env?.path ?? '/' });
  for (const [path, group] of Map.groupBy(routes, (route) => route.path)) {
    const answer = answerOf(group, options);
    const origins = group.flatMap(({ corsOrigins = [] }): Array<string | MayAskFrom> =>
      typeof corsOrigins === 'function' ? [corsOrigins] : [...corsOrigins],
    );
    if (origins.length > 0) app.use(honoPath(path), corsOf(group, origins));
    app.all(honoPath(path), async ({ req, res, env: { incoming, outgoing } }) => {
      // The answer goes through Node's response: it has to know what Hono's middleware wrote.
      if (origins.length > 0) for (const [name, value] of res.headers) outgoing.setHeader(name, value);
      await answer(incoming, outgoing, req.param());
      return RESPONSE_ALREADY_SENT;
    });
  }
  if (area !== undefined) {
    app.all(`${area.path}/*`, ({ env: { incoming, outgoing } }) => {
      if (mayAsk(area.access, incoming, outgoing)) notFound(incoming, outgoing);
      return RESPONSE_ALREADY_SENT;
    });
  }
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

/** How long a browser remembers the answer to its asking ahead, s. Our choice: the origins of a channel change seldom. */
const AHEAD_S = 600;

function corsOf(group: readonly Route[], origins: ReadonlyArray<string | MayAskFrom>): ReturnType<typeof cors> {
  const isAllowed = (origin: string, params: Readonly<Record<string, string>>): boolean =>
    origins.some((one) => (typeof one === 'string' ? one === origin : one(origin, params)));
  return cors({
    origin: origins.includes('*') ? '*' : (origin, { req }) => (isAllowed(origin, req.param()) ? origin : null),
    maxAge: AHEAD_S,
    exposeHeaders: ['retry-after'],
    allowMethods: group.map(({ method }) => method),
    allowHeaders: ['authorization', 'content-type', 'last-event-id', 'x-file-name'],
  });
}

function notFoundHere(_request: IncomingMessage, response: ServerResponse): void {
  answerNotFound(response);
}

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  params: Readonly<Record<string, string>>,
) => Promise<void>;

/** Answers the requests of one path. A wrong method is answered with what the address takes. */
function answerOf(group: readonly Route[], { mayAsk, wrongMethod }: ServeOptions): Answer {
  const access = group[0]?.access ?? 'api';
  const allowed = group.flatMap(({ method, head }) => (head === true ? [method, 'HEAD'] : [method]));
  return async (request, response, params) => {
    const { method: given } = request;
    const route = group.find(({ method, head }) => method === given || (head === true && given === 'HEAD'));
    if (!mayAsk(access, request, response)) return;
    if (route !== undefined) return route.answer({ request, response, params, query: queryOf(request) });
    if (wrongMethod === undefined) answerMethod(response, allowed);
    else wrongMethod(request, response, allowed);
  };
}

/** Finds what answers a hot route by its path, with Hono's router alone; `undefined`: it is none. */
function hotRoutes(
  routes: readonly Route[],
  options: ServeOptions,
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> | undefined {
  const router = new TrieRouter<Answer>();
  const hot = routes.filter((route) => route.hot === true);
  for (const [path, group] of Map.groupBy(hot, (route) => route.path)) {
    router.add('ALL', honoPath(path), answerOf(group, options));
  }
  return (request, response, path) => {
    const [[[answer, found] = []]] = router.match('ALL', path);
    if (answer === undefined) return undefined;
    const params = Object.entries(found ?? {}).map(([name, value]) => [name, decodeURIComponent(String(value))]);
    return answer(request, response, Object.fromEntries(params) as Record<string, string>);
  };
}

/** The path of decoded segments for the router: a slash or a percent sign inside a segment stays encoded. */
function routingPath(segments: readonly string[]): string {
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

type ParsedPath =
  | { readonly ok: true; readonly segments: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/**
 * The decoded segments of a request's path. Split before decoding, so that a lead's id may hold a slash (`%2F`); nothing is
 * normalised, so `..` is a segment like any other.
 */
export function parsePath(target: string): ParsedPath {
  const path = target.includes('?') || target.includes('#') ? (target.split(/[?#]/, 1)[0] ?? '') : target;
  if (!path.startsWith('/')) return { ok: false, reason: 'the request target must be a path' };
  if (!path.includes('%')) return { ok: true, segments: path.slice(1).split('/') };
  try {
    return { ok: true, segments: path.slice(1).split('/').map(decodeURIComponent) };
  } catch {
    return { ok: false, reason: 'the path has a wrong percent-encoding' };
  }
}
