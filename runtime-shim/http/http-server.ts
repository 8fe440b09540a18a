import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';
import type { Clock } from '../../plugin/contract/host.ts';
import { shimError } from '../errors.ts';
import type { RuntimeOptions } from '../runtime/contract.ts';
import { answerFailure } from './answer.ts';
import { BodyBudget } from './body-budget.ts';
import { DEFAULT_HTTP_LIMITS } from './limits.ts';
import { oneByOne } from './one-by-one.ts';
import { createTrustedProxies } from './peer-address.ts';
import { serveRequest } from './serve-request.ts';
import type { ServerPorts } from './server-ports.ts';

/** How long closing waits for answers under way, ms, before it cuts the connections. Ours: far above any answer, within a service manager's patience. */
const CLOSE_TIMEOUT_MS = 10_000;

/** How often a closing server looks for connections that have become idle, ms. Ours: nobody notices it. */
const IDLE_CHECK_MS = 20;

type HttpOptions = NonNullable<RuntimeOptions['http']>;

/** The HTTP server of `serve` and `simulate`. */
export class HttpServer {
  private readonly server: Server;
  private readonly host: string;
  private readonly port: number;
  private readonly closing = new AbortController();
  private readonly sockets = new Set<Socket>();
  private readonly clock: Clock;
  private address: AddressInfo | undefined;

  /** @throws http_unprotected */
  constructor(options: HttpOptions, ports: ServerPorts) {
    this.host = options.host ?? '127.0.0.1';
    this.port = options.port;
    this.clock = ports.clock;
    const apiToken = options.apiToken;
    if (apiToken === undefined && !isLoopbackHost(this.host)) throw shimError('http_unprotected', { host: this.host });
    const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits };
    const on = {
      ports,
      apiToken,
      trustedProxies: createTrustedProxies(options.trustedProxies ?? []),
      bodies: new BodyBudget(limits.maxBodiesBytes),
      routes: options.routes ?? [],
      closing: this.closing.signal,
    };
    const serve = oneByOne(async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        await serveRequest(request, response, on);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else if (answerFailure(response, error) === 'told') return;
        ports.logger.error('a request failed', { method: request.method, error });
      }
    });
    const nodeOptions = {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      maxHeaderSize: limits.maxHeaderBytes,
    };
    this.server = createServer(nodeOptions, serve);
    this.server.maxConnections = limits.maxConnections;
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** The address while it listens. */
  get url(): string | undefined {
    if (this.address === undefined) return undefined;
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `http://${host}:${this.address.port}`;
  }

  /** @throws the system's error when the address cannot be had (`EADDRINUSE`, …) */
  async listen(): Promise<void> {
    this.server.listen(this.port, this.host);
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address !== null) this.address = address;
  }

  /** Takes no new connection, answers what was asked, ends the streams. */
  async close(): Promise<void> {
    this.closing.abort();
    if (this.address === undefined) return;
    const closed = once(this.server, 'close');
    const cancel = this.clock.after(CLOSE_TIMEOUT_MS, () => this.server.closeAllConnections());
    this.server.close();
    this.server.closeIdleConnections();
    // Node counts a connection that was opened ahead of need, and has sent nothing yet, as busy.
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    // A connection that was busy when closing began is kept alive after its answer otherwise.
    const idle = setInterval(() => this.server.closeIdleConnections(), IDLE_CHECK_MS);
    await closed;
    clearInterval(idle);
    cancel();
  }
}
