import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** An event as it arrived. */
interface ReceivedEvent {
  readonly type: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Every body that arrived, repeated ones included, in order of arrival. */
  readonly events: readonly ReceivedEvent[];
  /** The answer to the next deliveries: a status, or `null` to cut the connection. Default: 200. */
  answer: (event: ReceivedEvent) => number | null | Promise<number | null>;
  /** Resolves when so many bodies have arrived. */
  received(count: number): Promise<readonly ReceivedEvent[]>;
}

/** A real HTTP server that takes webhooks; closes itself after the test. */
export async function useWebhookReceiver(): Promise<WebhookReceiver> {
  const events: ReceivedEvent[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedEvent;
      events.push(event);
      for (const look of waiting) look();
      void Promise.resolve(receiver.answer(event)).then((status) => {
        if (status === null) request.socket.resetAndDestroy();
        else response.writeHead(status).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await closed;
  });
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    events,
    answer: () => 200,
    received(count) {
      const { promise, resolve } = Promise.withResolvers<readonly ReceivedEvent[]>();
      const look = (): void => {
        if (events.length < count) return;
        waiting.delete(look);
        resolve(events);
      };
      waiting.add(look);
      look();
      return promise;
    },
  };
  return receiver;
}
