import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Where a connection is cut when a COMMIT passes: `before` it reaches the server; `after` the server has answered, with
 * the answer lost; `during`: sent on, and cut at once.
 */
export type CutPoint = 'before' | 'after' | 'during';

/** A network in front of a PostgreSQL server that fails where a test says. */
export interface PostgresProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  /** Cuts the connections of the next commits. */
  cutCommits(at: CutPoint, times: number): void;
  /** Replaces bytes of the server's answers, for as long as the text. */
  rewriteAnswers(from: string, to: string): void;
  /** Cuts all connections now. */
  cutAll(): void;
  /** New connections are refused until `accept()`. */
  refuse(): void;
  accept(): void;
  /** Commits that were cut so far. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** As pg sends it, in a message of its own: a simple query (PostgreSQL documentation, "Message Formats"). */
const COMMIT = Buffer.from('COMMIT\0');

export async function startPostgresProxy(serverUrl: string): Promise<PostgresProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const plan: CutPoint[] = [];
  let rewrite: { readonly from: Buffer; readonly to: Buffer } | undefined;
  let isRefusing = false;
  let cuts = 0;

  const server = createServer((client) => {
    if (isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    let isLosingAnswers = false;
    const cut = (): void => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (chunk) => {
      const data = Buffer.from(chunk);
      const cutPoint = data.includes(COMMIT) ? plan.shift() : undefined;
      if (cutPoint !== undefined) cuts += 1;
      if (cutPoint === 'before') {
        cut();
        return;
      }
      if (cutPoint === 'after') isLosingAnswers = true;
      upstream.write(data);
      if (cutPoint === 'during') {
        client.resetAndDestroy();
        upstream.end();
      }
    });
    upstream.on('data', (chunk) => {
      const data = Buffer.from(chunk);
      // The answer to COMMIT is the last of its turn; one that has come, complete or not, was sent after the commit.
      if (isLosingAnswers && data.includes(COMMIT.subarray(0, -1))) cut();
      else if (!isLosingAnswers) client.write(rewritten(data));
    });
  });

  function rewritten(data: Buffer): Buffer {
    if (rewrite === undefined) return data;
    const place = data.indexOf(rewrite.from);
    return place < 0
      ? data
      : Buffer.concat([data.subarray(0, place), rewrite.to, data.subarray(place + rewrite.from.length)]);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  url.hostname = '127.0.0.1';
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cutCommits(at, times) {
      plan.push(...Array.from({ length: times }, () => at));
    },
    rewriteAnswers(from, to) {
      if (from.length !== to.length) throw new Error('an answer keeps its length');
      rewrite = { from: Buffer.from(from), to: Buffer.from(to) };
    },
    cutAll,
    refuse: () => {
      isRefusing = true;
    },
    accept: () => {
      isRefusing = false;
    },
    get cuts() {
      return cuts;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      cutAll();
      await closed;
    },
  };
}
