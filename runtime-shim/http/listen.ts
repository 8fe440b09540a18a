/** A port on which requests are served: one of a connection at a time, none with a broken `Host`, and an end that loses nothing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../plugin/contract/host.ts';
import { answerError } from './answer.ts';
import { hostProblem } from './guard.ts';
import { oneByOne } from './one-by-one.ts';

/** How long a drained end waits for answers under way, ms, before it cuts the connections. Our choice: far above any answer, within a service manager's patience. */
const CLOSE_TIMEOUT_MS = 10_000;

/** How often a closing server looks for connections that have become idle, ms. Our choice: nobody notices it. */
const IDLE_CHECK_MS = 20;

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly node?: ServerOptions;
  readonly maxConnections?: number;
  /** Never rejects. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export class Listener {
  private readonly server: Server;
  private readonly options: ListenerOptions;
  private readonly sockets = new Set<Socket>();
  private address: AddressInfo | undefined;

  constructor(options: ListenerOptions) {
    this.options = options;
    const serve = oneByOne(async (request, response) => {
      const problem = hostProblem(request);
      if (problem === undefined) return options.serve(request, response);
      answerError(response, 400, { code: 'bad_request', message: problem });
    });
    this.server = createServer(options.node ?? {}, serve);
    if (options.maxConnections !== undefined) this.server.maxConnections = options.maxConnections;
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** The address while it listens, without trailing slash. */
  get url(): string | undefined {
    if (this.address === undefined) return undefined;
    const { host } = this.options;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.address.port}`;
  }

  /** @throws the system's error when the address cannot be had (`EADDRINUSE`, …) */
  async listen(): Promise<void> {
    this.server.listen(this.options.port, this.options.host);
    await once(this.server, 'listening');
    const address = this.server.address();
    if (typeof address === 'object' && address !== null) this.address = address;
  }

  /** Takes no new connection and answers what was asked. */
  async drain(clock: Clock): Promise<void> {
    if (this.address === undefined) return;
    const closed = once(this.server, 'close');
    const cancel = clock.after(CLOSE_TIMEOUT_MS, () => this.server.closeAllConnections());
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

  /** Ends at once, connections included. */
  async end(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
