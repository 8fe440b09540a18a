import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { WebhookAnswer, WebhookHeaders } from '../../plugin/contract/plugin.ts';

/** One request as the server got it. */
interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
}

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Requests read to their end, oldest first. */
  readonly requests: SeenRequest[];
  /** Connections accepted so far. */
  connections(): number;
  /** Resolves when so many requests have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface TestReply {
  readonly status?: number;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/** How the server answers: a reply, or the response itself for whoever wants to misbehave. */
export type TestHandler = (request: SeenRequest, response: http.ServerResponse) => TestReply | void;

/** A real HTTP server on a free loopback port, closed with everything on it when the test ends. */
export async function startHttpServer(
  handler: TestHandler,
  tls?: { readonly key: string; readonly cert: string },
): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const numbers = new WeakMap<object, number>();
  const waiting = new Set<() => void>();

  const listener: http.RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request: SeenRequest = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        connection: numbers.get(incoming.socket) ?? 0,
      };
      requests.push(request);
      const reply = handler(request, response);
      if (reply) {
        response.writeHead(reply.status ?? 200, reply.headers ?? { 'content-type': 'application/json' });
        response.end(reply.body ?? '');
      }
      for (const check of waiting) check();
    });
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  const listening = await listen(server, tls ? 'https' : 'http', (socket, number) => numbers.set(socket, number));
  return {
    ...listening,
    requests,
    received(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = (): void => {
        if (requests.length < count) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      return promise;
    },
  };
}

/** A JSON reply. */
export function json(value: unknown, status = 200, headers: http.OutgoingHttpHeaders = {}): TestReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** A bare TCP server, for answers that no HTTP library would send: called with the first bytes of each connection. */
export async function startRawServer(
  onRequest: (socket: net.Socket, bytes: Buffer) => void,
): Promise<Pick<TestServer, 'url' | 'port' | 'connections' | 'close'>> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {
      // The client may cut the connection: that is what some tests are about.
    });
    socket.once('data', (bytes: Buffer) => onRequest(socket, bytes));
  });
  return listen(server, 'http', () => undefined);
}

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(
  server: net.Server,
  protocol: string,
  onConnection: (socket: net.Socket, number: number) => void,
): Promise<Pick<TestServer, 'url' | 'port' | 'connections' | 'close'>> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on(protocol === 'https' ? 'secureConnection' : 'connection', (socket: net.Socket) => {
    accepted += 1;
    onConnection(socket, accepted);
  });
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return { url: `${protocol}://127.0.0.1:${port}`, port, connections: () => accepted, close };
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

type Receive = (bindingId: string, bytes: Uint8Array, headers: WebhookHeaders) => Promise<WebhookAnswer>;

export interface WebhookServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The least HTTP that a platform needs in front of `plugin.webhook`. Port 0, loopback. */
export async function startWebhookServer(receive: Receive): Promise<WebhookServer> {
  const server = http
    .createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const bindingId = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
        const { status, body } = await receive(bindingId, Buffer.concat(chunks), request.headers);
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      })().catch(() => response.writeHead(500).end());
    })
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
