import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Longer than any client keeps a connection, so that the server is never the one that closes it under a request. */
const KEEP_ALIVE_MS = 120_000;
const LOOPBACK = '127.0.0.1';

export interface HttpServer {
  /** Without trailing slash. */
  readonly url: string;
  /** Ends at once, connections included. */
  close(): Promise<void>;
}

/** Serves on loopback. A handler that fails costs its own connection, nothing else. */
export async function startHttpServer(
  port: number,
  handle: (message: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (message, response) => {
    handle(message, response).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${address.port}`,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
