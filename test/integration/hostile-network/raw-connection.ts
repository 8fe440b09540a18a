import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A bare connection to an HTTP server, for callers that keep to no rule. Cut when the test ends. */
export interface RawConnection {
  readonly socket: Socket;
  /** All bytes that came so far, as text. */
  readonly received: () => string;
  send(text: string): void;
  /** Resolves with everything received once the server has closed the connection. */
  readonly closed: Promise<string>;
  /** Resolves when what came matches; with everything received. */
  seen(pattern: RegExp): Promise<string>;
}

export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let text = '';
  const watchers = new Set<() => void>();
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    notify();
  });
  // A server that cuts a connection may do so with a reset.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => {
      resolve(text);
      notify();
    });
  });
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    received: () => text,
    send: (bytes) => void socket.write(bytes),
    closed,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(text) && !socket.destroyed) return;
          watchers.delete(look);
          if (pattern.test(text)) resolve(text);
          else reject(new Error(`closed without ${String(pattern)}: ${JSON.stringify(text)}`));
        };
        watchers.add(look);
        look();
      }),
  };
}

/** The status codes of all answers in a text, in order. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
