import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests that may wait on one connection while an earlier one is served. Our choice: clients that send a request before the
 * answer to the last one (pipelining, RFC 9112, section 9.3.2) send a few.
 */
export const MAX_WAITING = 100;

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The requests of one connection: one is served, the others wait. */
interface Line {
  busy: boolean;
  readonly waiting: Waiting[];
}

/**
 * Serves the requests of a connection one after the other, each once the answer before is on its way. Node begins each as
 * it arrives: one caller could have thousands worked on at one time, for the price of one packet, and would not even have
 * to read the answers.
 */
export function oneByOne(
  /** Never rejects. */
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const lines = new WeakMap<Socket, Line>();

  function begin(line: Line, { request, response }: Waiting): void {
    // Both: an answer may end before its request has been served, and the other way round.
    let open = 2;
    const end = (): void => {
      open -= 1;
      if (open === 0) goOn(line);
    };
    response.once('close', end);
    void serve(request, response).then(end);
  }

  function goOn(line: Line): void {
    let next = line.waiting.shift();
    while (next?.request.socket.destroyed) next = line.waiting.shift();
    if (next === undefined) line.busy = false;
    else begin(line, next);
  }

  return (request, response) => {
    const { socket } = request;
    let line = lines.get(socket);
    if (line === undefined) {
      line = { busy: false, waiting: [] };
      lines.set(socket, line);
    }
    if (!line.busy) {
      line.busy = true;
      begin(line, { request, response });
    } else if (line.waiting.length < MAX_WAITING) {
      line.waiting.push({ request, response });
    } else {
      socket.destroy();
    }
  };
}
