import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { StreamBatch } from '../records.ts';
import type { Journal } from '../model/journal.ts';

/** A comment this often keeps proxies and sleeping laptops from taking the stream for dead. */
const KEEP_ALIVE_MS = 15_000;
/** A page that does not read gets cut off here; it comes back and gets what it missed. Bounds memory. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
/** How soon a page that lost the stream tries again. */
const RECONNECT_MS = 700;
/** Pages at once; more are a mistake. */
const MAX_STREAMS = 50;

/** The server-sent events of one simulator. */
export class Streams {
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** Numbers are those of one simulator process; a page of an earlier one starts anew. */
  readonly #epoch: string;
  readonly #open = new Set<ServerResponse>();

  constructor(journal: Journal, clock: Clock, epoch: string) {
    this.#journal = journal;
    this.#clock = clock;
    this.#epoch = epoch;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Answers with everything, or with what the page missed, and then with every change. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#open.size >= MAX_STREAMS) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const missed = this.#missed(request.headers['last-event-id']);
    if (missed === undefined) this.#send(response, 'snapshot', this.#journal.snapshot());
    else for (const batch of missed) this.#send(response, 'changes', batch);

    this.#open.add(response);
    const unsubscribe = this.#journal.subscribe((batch) => this.#send(response, 'changes', batch));
    let cancel = (): void => {};
    const keepAlive = (): void => {
      response.write(': still here\n\n');
      cancel = this.#clock.after(KEEP_ALIVE_MS, keepAlive);
    };
    cancel = this.#clock.after(KEEP_ALIVE_MS, keepAlive);
    response.once('close', () => {
      unsubscribe();
      cancel();
      this.#open.delete(response);
    });
  }

  /** Ends all streams; their pages come back by themselves and get what they missed. */
  close(): void {
    // What is pending goes out first: a page that has not read everything is cut off, since nobody may wait for it.
    this.#journal.flush();
    for (const response of this.#open) {
      if (response.writableNeedDrain) response.destroy();
      else response.end();
    }
  }

  #missed(lastEventId: string | string[] | undefined): StreamBatch[] | undefined {
    if (typeof lastEventId !== 'string') return undefined;
    const [epoch, seq] = lastEventId.split('-');
    const number = Number(seq);
    if (epoch !== this.#epoch || !Number.isSafeInteger(number)) return undefined;
    return this.#journal.since(number);
  }

  #send(response: ServerResponse, event: 'snapshot' | 'changes', batch: StreamBatch): void {
    if (response.writableLength > MAX_UNSENT_BYTES) {
      response.destroy();
      return;
    }
    // JSON has no line breaks of its own, so one data line carries it whatever a message holds.
    response.write(`id: ${this.#epoch}-${batch.seq}\nevent: ${event}\ndata: ${JSON.stringify(batch)}\n\n`);
  }
}
