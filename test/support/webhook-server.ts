import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookAnswer, WebhookHeaders } from '../../plugin/contract/plugin.ts';

type Receive = (bindingId: string, bytes: Uint8Array, headers: WebhookHeaders) => Promise<WebhookAnswer>;

export interface WebhookServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The least HTTP that a platform needs in front of `plugin.webhook`. Port 0, loopback. */
export async function startWebhookServer(receive: Receive): Promise<WebhookServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const bindingId = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
      const { status, body } = await receive(bindingId, Buffer.concat(chunks), request.headers);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    })().catch(() => response.writeHead(500).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
