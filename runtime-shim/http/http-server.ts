import type { Histogram } from '../../plugin/contract/histogram.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';
import { shimError } from '../errors.ts';
import type { HttpLimits, HttpRoute, RuntimeOptions } from '../runtime/contract.ts';
import { answerError, answerNotFound, answerText, answerUnread } from './answer.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { apiGuard } from './guard.ts';
import { leadRoutes } from './lead-routes.ts';
import { Listener } from './listen.ts';
import { createTrustedProxies, type TrustedProxies } from './peer-address.ts';
import { BodyBudget } from './read-body.ts';
import { type Route, type Serve, serveRoutes } from './routes.ts';
import type { ServerPorts } from './server-ports.ts';
import { channelRoutes } from './channel-routes.ts';
import { stateRoutes } from './state-routes.ts';
import { widgetPageRoutes } from './widget-page-routes.ts';
import { widgetRoutes } from './widget-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** The limits of `serve` and `simulate`. */
const DEFAULT_LIMITS: HttpLimits = {
  /** A caller that sends its headers byte by byte (slow-loris) is cut off. Our choice. */
  headersTimeoutMs: 10_000,
  /** The same for a body. LiveTex itself waits 60 s for our answer. */
  requestTimeoutMs: 30_000,
  /** Above the 60 s after which common proxies close theirs, so that they never meet one that we are closing. */
  keepAliveTimeoutMs: 65_000,
  checkIntervalMs: 1_000,
  /** Node's default. */
  maxHeaderBytes: 16 * 1024,
  /** Our choice: below the usual 16 thousand of a process's file descriptors. */
  maxConnections: 10_000,
  /** Our choice: 64 webhooks of the largest size at one time, or a hundred thousand of the usual one. */
  maxBodiesBytes: 64 * 1024 * 1024,
};

type HttpOptions = NonNullable<RuntimeOptions['http']>;

/** The HTTP server of `serve` and `simulate`. */
export class HttpServer {
  private readonly options: HttpOptions;
  private readonly ports: ServerPorts;
  private readonly limits: HttpLimits;
  private readonly trustedProxies: TrustedProxies;
  private readonly closing = new AbortController();
  private listener: Listener | undefined;
  private isRefusing = false;
  private answering = 0;
  /** Since when each request is under way that may not take as long as a file, ms of `performance`; the oldest first. */
  private readonly timed = new Map<IncomingMessage, number>();
  private cutting: NodeJS.Timeout | undefined;
  private tellAnswered: () => void = () => undefined;

  /** @throws http_unprotected */
  constructor(options: HttpOptions, ports: ServerPorts) {
    const { host = '127.0.0.1', apiToken } = options;
    if (apiToken === undefined && !isLoopbackHost(host)) throw shimError('http_unprotected', { host });
    this.options = options;
    this.ports = ports;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.trustedProxies = createTrustedProxies(options.trustedProxies ?? []);
  }

  /** The address while it listens. */
  get url(): string | undefined {
    return this.listener?.url;
  }

  /** @throws the system's error when the address cannot be had (`EADDRINUSE`, …) */
  async listen(): Promise<void> {
    const { host = '127.0.0.1', port } = this.options;
    const { limits } = this;
    const listener = new Listener({
      host,
      port,
      serve: this.serving(),
      maxConnections: limits.maxConnections,
      node: {
        headersTimeout: limits.headersTimeoutMs,
        requestTimeout: this.takesFiles ? Math.max(FILE_TIMEOUT_MS, limits.requestTimeoutMs) : limits.requestTimeoutMs,
        keepAliveTimeout: limits.keepAliveTimeoutMs,
        connectionsCheckingInterval: limits.checkIntervalMs,
        maxHeaderSize: limits.maxHeaderBytes,
      },
    });
    await listener.listen();
    this.listener = listener;
    if (this.takesFiles) this.cutting = setInterval(() => this.cutLate(), limits.checkIntervalMs).unref();
  }

  /**
   * Refuses everything but the state (`/readyz`, `/metrics`), ends the streams, and resolves when what was asked before is
   * answered, or after a while.
   */
  async refuse(): Promise<void> {
    this.closing.abort();
    this.isRefusing = true;
    await new Promise<void>((resolve) => {
      const cancel = this.ports.clock.after(ANSWERS_TIMEOUT_MS, resolve);
      this.tellAnswered = () => {
        if (this.answering > 0) return;
        cancel();
        resolve();
      };
      this.tellAnswered();
    });
  }

  /** Takes no new connection, answers what was asked. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.listener?.drain(this.ports.clock);
    clearInterval(this.cutting);
  }

  private get takesFiles(): boolean {
    return this.ports.channels?.uploads !== undefined;
  }

  /**
   * Where files are taken Node waits for as long as one may take: whatever else comes byte by byte is cut off here. A look at all of
   * them now and then costs a webhook less than a timer of its own.
   */
  private cutLate(): void {
    const latest = performance.now() - this.limits.requestTimeoutMs;
    for (const [request, since] of this.timed) {
      if (since > latest) break;
      this.timed.delete(request);
      if (!request.complete) request.destroy();
    }
  }

  /** Counts what is being answered, and refuses while the end is prepared. */
  private draining(serve: Serve): Serve {
    return async (request, response) => {
      const [path = ''] = (request.url ?? '').split('?', 1);
      if (STATE_PATHS.has(path)) return serve(request, response);
      if (this.isRefusing) {
        response.setHeader('connection', 'close');
        response.setHeader('retry-after', '1');
        const { code, message } = shimError('runtime_closed', undefined);
        return answerUnread(request, response, 503, { code, message });
      }
      this.answering += 1;
      response.once('close', () => {
        this.answering -= 1;
        this.tellAnswered();
      });
      return serve(request, response);
    };
  }

  /** Built when it begins to listen: the plugins stand by then. */
  private serving(): Serve {
    const { ports, trustedProxies, closing } = this;
    const bodies = new BodyBudget(this.limits.maxBodiesBytes);
    const routes: Route[] = [
      ...webhookRoutes({ plugins: ports.runtime.plugins, trustedProxies, bodies }),
      ...channelRoutes({ channels: ports.channels }),
      ...leadRoutes({ ports, bodies, closing: closing.signal }),
      ...widgetPageRoutes(ports.channels),
      ...widgetRoutes({ ports, bodies, trustedProxies, publicUrl: this.options.publicUrl, closing: closing.signal }),
      ...endpointRoutes(ports, bodies),
      ...stateRoutes(ports),
    ];
    const serve = serveRoutes([...routes, openApiRoute([...routes, ...ports.routes]), ...ports.routes], {
      mayAsk: apiGuard(this.options.apiToken),
      area: { path: '/api', access: 'api' },
      other: (request, response) => askOthers(this.options.routes ?? [], request, response),
      logger: ports.logger,
    });
    const drained = this.draining(serve);
    const { takesFiles, timed } = this;
    return async (request, response) => {
      const startedAt = performance.now();
      if (takesFiles && !FILE_PATH.test(request.url ?? '')) timed.set(request, startedAt);
      response.once('close', () => {
        timed.delete(request);
        measure(ports.seconds, request, response, startedAt);
      });
      await drained(request, response);
    };
  }
}

/** Where visitors send files. */
const FILE_PATH = /^\/widget\/[^/?]+\/files(?=\?|$)/;
/** How long the sending of a file may take, ms. Our choice: 25 MB at 256 kbit/s. */
const FILE_TIMEOUT_MS = 900_000;

/** Nobody outside may make a label: what is not known is one area. */
const AREA = /^\/(webhook|api|files|widget|console|healthz|readyz|metrics)(?=[/?]|$)/;
const MEASURED_METHODS = new Set(['GET', 'HEAD', 'POST']);

function measure(seconds: Histogram, request: IncomingMessage, response: ServerResponse, startedAt: number): void {
  // A stream takes as long as its reader likes, and says nothing about us.
  if (String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')) return;
  const area = AREA.exec(request.url ?? '')?.[1] ?? 'other';
  const method = MEASURED_METHODS.has(request.method ?? '') ? String(request.method) : 'other';
  const status = response.headersSent ? String(response.statusCode) : 'none';
  seconds.observe({ method, area, status }, (performance.now() - startedAt) / 1_000);
}

/** What is answered to the end, for whoever watches. */
const STATE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
/** How long answers under way are waited for, ms. Our choice: as a closing port does. */
const ANSWERS_TIMEOUT_MS = 10_000;

/** The routes that others added, in order. */
async function askOthers(
  routes: readonly HttpRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  if (url === null) return answerError(response, 400, { code: 'bad_request', message: 'the address is not a URL' });
  for (const route of routes) if (await route(request, response, url)) return;
  answerNotFound(response);
}

const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), problems: z.array(z.string()).optional() }),
});

/** `GET /openapi.json`: these routes and itself as an OpenAPI 3.1 document, made of the same schemas. It is made when it is first asked for. */
function openApiRoute(routes: readonly Route[]): Route {
  let document: Promise<string> | undefined;
  const route: Route = {
    method: 'GET',
    path: '/openapi.json',
    access: 'state',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
    async answer({ response }) {
      document ??= openApiText([...routes, route]);
      answerText(response, 200, 'application/json; charset=utf-8', await document);
    },
  };
  return route;
}

async function openApiText(routes: readonly Route[]): Promise<string> {
  // Loaded only here: it takes longer to load than the whole server to start.
  const { OpenAPIHono } = await import('@hono/zod-openapi');
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiToken', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'adminToken', { type: 'http', scheme: 'bearer' });
  for (const { method, path, access, internal, opens, summary, params, query, body, answers } of routes) {
    if (internal === true) continue;
    app.openAPIRegistry.registerPath({
      method: METHODS[method],
      path,
      summary,
      ...(access === 'api' ? { security: [{ apiToken: [] }] } : {}),
      ...(opens === undefined ? {} : { security: [{ [opens]: [] }] }),
      request: {
        ...(params === undefined ? {} : { params }),
        ...(query === undefined ? {} : { query }),
        ...(body === undefined ? {} : { body: { required: true, content: { 'application/json': { schema: body } } } }),
      },
      responses: {
        ...Object.fromEntries(
          Object.entries(answers).map(([status, { description, schema, type = 'application/json' }]) => [
            status,
            {
              description,
              ...(schema === undefined && type === 'application/json'
                ? {}
                : { content: { [type]: { schema: schema ?? z.string() } } }),
            },
          ]),
        ),
        default: {
          description: 'docs/http.md names the codes',
          content: { 'application/json': { schema: errorSchema } },
        },
      },
    });
  }
  const info = { title: 'metabot24-livetex', version: '1', description: 'docs/http.md' };
  return JSON.stringify(app.getOpenAPI31Document({ openapi: '3.1.0', info }));
}

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;
