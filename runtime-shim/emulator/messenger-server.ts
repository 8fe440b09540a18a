import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, answerNotFound, discardBody } from '../http/answer.ts';
import { isForeignHost } from '../http/guard.ts';
import { Listener } from '../http/listen.ts';
import { BodyBudget, readBody } from '../http/read-body.ts';

const LOOPBACK = '127.0.0.1';
const KEEP_ALIVE_MS = 120_000;
/** The largest upload that tests need, with its form. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_BODIES_BYTES = 256 * 1024 * 1024;

/** A request to an emulated messenger. */
export interface MessengerCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Reads the body; `undefined`: it was too large, and is answered. */
  readonly body: () => Promise<Uint8Array | undefined>;
}

/** An emulated messenger on a loopback port, for programs of this machine. What `serve` throws cuts the connection. */
export async function listenAsMessenger({
  port,
  tooLarge,
  serve,
}: {
  readonly port: number;
  /** What is answered to a body that is too large. */
  readonly tooLarge: object;
  readonly serve: (call: MessengerCall) => Promise<void>;
}): Promise<Listener> {
  const bodies = new BodyBudget(MAX_BODIES_BYTES);
  const listener = new Listener({
    host: LOOPBACK,
    port,
    node: { keepAliveTimeout: KEEP_ALIVE_MS },
    serve: async (request, response) => {
      if (isForeignHost(request)) {
        answerNotFound(response);
        return discardBody(request);
      }
      const body = async (): Promise<Uint8Array | undefined> => {
        const read = await readBody(request, MAX_BODY_BYTES, bodies);
        if (read.ok) return read.bytes;
        answerJson(response, 413, tooLarge);
        discardBody(request);
        return undefined;
      };
      try {
        await serve({ request, response, url: new URL(request.url ?? '/', 'http://messenger'), body });
      } catch {
        request.socket.destroy();
      }
    },
  });
  await listener.listen();
  return listener;
}

/** Whoever waits until something is so. */
export class Waiters {
  readonly #looks = new Set<() => void>();

  /** Something has changed. */
  look(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves when it is so: now, or after a change. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }
}
