import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands before the nodes. */
export interface Front {
  /** For leads. */
  readonly url: string;
  /** For LiveTex. */
  readonly publicUrl: string;
  /** A file with the certificate of whoever signed that of `publicUrl`. */
  readonly authority?: string;
  close(): Promise<void>;
}

/** Each connection goes to the next node that takes it, as with a reverse proxy. */
export async function startFront(ports: readonly number[]): Promise<Front> {
  const sockets = new Set<Socket>();
  let turn = 0;

  const server = createServer({ pauseOnConnect: true }, (client) => {
    turn += 1;
    client.on('error', () => client.destroy());
    track(client);
    tryNode(client, turn, ports.length);
  });

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  function tryNode(client: Socket, index: number, left: number): void {
    const port = ports[index % Math.max(1, ports.length)];
    if (port === undefined || left === 0) {
      client.destroy();
      return;
    }
    const node = connect(port, '127.0.0.1');
    let isConnected = false;
    track(node);
    node.once('connect', () => {
      isConnected = true;
      client.pipe(node);
      node.pipe(client);
      client.once('close', () => node.destroy());
    });
    node.on('error', () => node.destroy());
    node.once('close', () => {
      // Nobody there: nothing of the request has been sent, so another node may have it.
      if (isConnected || client.destroyed) client.destroy();
      else tryNode(client, index + 1, left - 1);
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    publicUrl: url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
