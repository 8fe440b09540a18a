/**
 * The load generator: so many connections, each with one request at a time. Bare sockets, since an HTTP client would take
 * more of the machine's two cores than the server that is measured.
 */
import { connect, type Socket } from 'node:net';
import { answerParent } from '../child.ts';
import { percentile } from '../measure.ts';
import { operatorText } from './event.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly leads: number;
  readonly forMs: number;
}
export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 200. */
  readonly refused: number;
}

/** Makes the ids of this process's events its own, over several loads. */
let sent = 0;
const RUN = `${process.pid}-${Date.now()}`;

answerParent(
  async (load: Load): Promise<LoadResult> => {
    const url = new URL(load.url);
    const latencies: number[] = [];
    let refused = 0;
    const started = performance.now();
    const endAt = started + load.forMs;
    await Promise.all(
      Array.from({ length: load.connections }, async () => {
        const socket = connect(Number(url.port), url.hostname).setNoDelay(true);
        const answers = readAnswers(socket);
        while (performance.now() < endAt) {
          const from = performance.now();
          socket.write(requestOf(url, load.leads));
          const { value: status, done } = await answers.next();
          if (done === true) throw new Error('the server closed the connection');
          if (status !== 200) refused += 1;
          latencies.push(performance.now() - from);
        }
        socket.destroy();
      }),
    );
    const elapsedMs = performance.now() - started;
    latencies.sort((a, b) => a - b);
    return {
      perSecond: (latencies.length * 1_000) / elapsedMs,
      p50Ms: percentile(latencies, 50),
      p99Ms: percentile(latencies, 99),
      refused,
    };
  },
  async () => undefined,
);

function requestOf(url: URL, leads: number): string {
  sent += 1;
  const body = operatorText(`${RUN}-${sent}`, Math.floor(Math.random() * leads));
  return (
    `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** The status of each answer. The servers measured here always send Content-Length. */
async function* readAnswers(socket: Socket): AsyncGenerator<number> {
  let text = '';
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1');
    for (;;) {
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) break;
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? '0');
      if (text.length < head + 4 + length) break;
      const status = Number(text.slice(9, 12));
      text = text.slice(head + 4 + length);
      yield status;
    }
  }
}
