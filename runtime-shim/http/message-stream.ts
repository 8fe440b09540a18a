/** `GET …/messages` with `Accept: text/event-stream`: server-sent events (html.spec.whatwg.org, section 9.2). */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { same } from '../../plugin/contract/text.ts';
import { shimError } from '../errors.ts';
import { transcriptOf } from '../leads/lead-keys.ts';
import type { TranscriptMessage, TranscriptPage } from '../runtime/contract.ts';
import type { ServerPorts } from './server-ports.ts';

/**
 * A comment is sent so often, ms: proxies cut connections that are silent for 30 to 60 s. It is also when the transcript
 * is looked at again without a hint, which on another node's commit may be missing.
 */
const HEARTBEAT_MS = 15_000;

/** What a stream holds while its reader is slow: about one chunk of a socket. */
const CHUNK: TranscriptPage = { maxLines: 32, maxSize: 64 * 1_024 };

export function wantsStream(request: IncomingMessage): boolean {
  return (request.headers.accept ?? '').toLowerCase().includes('text/event-stream');
}

/** Where to go on: `?after=`, or further on, what a reconnecting browser has seen last. @throws message_invalid */
export function afterOf(request: IncomingMessage, query: URLSearchParams): number {
  const seen = request.headers['last-event-id'];
  const values = [query.get('after') ?? '0', typeof seen === 'string' && seen !== '' ? seen : '0'];
  if (!values.every((value) => /^\d{1,15}$/.test(value))) {
    throw shimError('message_invalid', {
      problems: [same('after: must be the number of a message, 0 for all of them')],
    });
  }
  return Math.max(...values.map(Number));
}

export interface StreamRequest {
  readonly ports: ServerPorts;
  readonly botId: string;
  readonly channel: string;
  readonly externalId: string;
  readonly after: number;
  readonly read: (after: number, page: TranscriptPage) => Promise<TranscriptMessage[]>;
  /** A line as this reader gets it. Default: as it is. */
  readonly shown?: (line: TranscriptMessage) => Promise<unknown>;
  /** What is told beside the lines, as events `state`: at the beginning, and whenever it has changed when it is looked at. */
  readonly state?: () => Promise<unknown>;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** Sends every message of the lead from `after` on, in order, each once, until the reader or the server leaves. */
export async function streamMessages(response: ServerResponse, stream: StreamRequest): Promise<void> {
  const { ports, botId, channel, externalId, closing, read, shown = async (line) => line, state } = stream;
  let after = stream.after;
  // Read before the headers are sent, so that a wrong address is answered with 400.
  let waiting = await read(after, CHUNK);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // nginx would collect the stream otherwise.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const changed = new Bell();
  const name = transcriptOf({ botId, channel, externalId });
  const forget = ports.storage.onAppend((appended) => {
    if (appended === name) changed.ring();
  });
  const leave = (): void => changed.ring();
  response.once('close', leave);
  closing.addEventListener('abort', leave);
  let told = '';
  const tellState = async (): Promise<void> => {
    if (state === undefined) return;
    const now = JSON.stringify(await state());
    if (now !== told) await write(response, `event: state\ndata: ${now}\n\n`);
    told = now;
  };
  const gone = (): boolean => closing.aborted || response.destroyed || response.writableEnded;
  try {
    while (!gone()) {
      for (const message of waiting) {
        after = message.seq;
        await write(response, `id: ${message.seq}\ndata: ${JSON.stringify(await shown(message))}\n\n`);
      }
      await tellState();
      if (waiting.length === 0 && !(await changed.rung(ports, HEARTBEAT_MS))) await write(response, ': still here\n\n');
      if (!gone()) waiting = await read(after, CHUNK);
    }
  } finally {
    forget();
    closing.removeEventListener('abort', leave);
    response.end();
  }
}

/** Writes, and waits while the reader is slower: nothing piles up for one that sleeps. Ends when the reader has gone. */
export async function write(response: ServerResponse, piece: string | Uint8Array): Promise<void> {
  if (response.destroyed || response.write(piece)) return;
  const left = new AbortController();
  await Promise.race([
    once(response, 'drain', { signal: left.signal }),
    once(response, 'close', { signal: left.signal }),
  ]).finally(() => left.abort());
}

/** Remembers one ring while nobody listens. */
class Bell {
  private isRung = false;
  private listener: (() => void) | undefined;

  ring(): void {
    this.isRung = true;
    this.listener?.();
  }

  /** True when it rang, false when `ms` passed first. */
  async rung(ports: Pick<ServerPorts, 'clock'>, ms: number): Promise<boolean> {
    if (!this.isRung) {
      await new Promise<void>((resolve) => {
        const cancel = ports.clock.after(ms, resolve);
        this.listener = () => {
          cancel();
          resolve();
        };
      });
      this.listener = undefined;
    }
    const result = this.isRung;
    this.isRung = false;
    return result;
  }
}
