import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests that may wait on one connection while an earlier one is served. Ours: clients that send a request before the
 * answer to the last one (pipelining, RFC 9112, section 9.3.2) send a few.
 */
export const MAX_WAITING = 100;

/**
 * Serves the requests of a connection one after the other, each once the answer before is on its way. Node begins each as
 * it arrives: one caller could have thousands worked on at one time, for the price of one packet, and would not even have
 * to read the answers.
 */
export function oneByOne(
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const lines = new WeakMap<Socket, { last: Promise<void>; waiting: number }>();
  return (request, response) => {
    const { socket } = request;
    const line = lines.get(socket) ?? { last: Promise.resolve(), waiting: 0 };
    lines.set(socket, line);
    if (line.waiting > MAX_WAITING) {
      socket.destroy();
      return;
    }
    line.waiting += 1;
    const answered = new Promise<void>((resolve) => {
      response.once('close', resolve);
    });
    line.last = line.last.then(async () => {
      if (!socket.destroyed) {
        await serve(request, response);
        await answered;
      }
      line.waiting -= 1;
    });
  };
}
