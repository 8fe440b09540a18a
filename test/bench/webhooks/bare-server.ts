import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLeastDurableTable } from '../least-durable-table.ts';

export interface ServerUnderTest {
  readonly url: string;
  /** Resolves when nothing is left to do: what one contender still works on must not slow the next one. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

const ANSWER = '{"ok":true}';

/** The floor: `node:http` that parses JSON and answers. It stores nothing and checks nobody. */
export function startBareServer(): Promise<ServerUnderTest> {
  return start({
    take: (body) => {
      JSON.parse(body);
      return undefined;
    },
    close: async () => undefined,
  });
}

/** The same with the least that a durable 200 costs: one row a webhook, a second one with its id changes nothing. */
export async function startLeastDurableServer(): Promise<ServerUnderTest> {
  const table = await createLeastDurableTable();
  return start({
    take: (body) => table.insert((JSON.parse(body) as { readonly id: string }).id, body),
    close: () => table.close(),
  });
}

async function start(store: {
  /** What the answer waits for. */
  readonly take: (body: string) => Promise<void> | undefined;
  readonly close: () => Promise<void>;
}): Promise<ServerUnderTest> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const answer = (): void => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length });
      response.end(ANSWER);
    };
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const stored = store.take(Buffer.concat(chunks).toString('utf8'));
      if (stored === undefined) answer();
      else void stored.then(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    rest: async () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await store.close();
    },
  };
}
