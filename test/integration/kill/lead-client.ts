import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import type { LeadView, TranscriptMessage } from '../../../runtime-shim/runtime/contract.ts';
import type { MortalServer } from './mortal-server.ts';

/** Between two tries of a request to a server that does not answer, ms. */
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 160;
/** A hanging answer would stop the test without saying where. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface LeadClientOptions {
  readonly server: MortalServer;
  readonly dispatcher: Dispatcher;
  readonly channel: string;
  readonly externalId: string;
  /** A visitor's token: it asks as the page of a chat on a site does, and not as a messenger. Default: none. */
  readonly token?: string;
  /** Knocks also while the server starts, and does not wait until it says that it listens. */
  readonly knocks: boolean;
  /** Answers of a proxy or a node that mean: later. Default: none. */
  readonly later?: readonly number[];
  /** Called at each line of the stream. */
  readonly onLine: () => void;
}

/** A messenger's or a page's side of one lead: posts until it is told 202, and reads the stream, whatever happens to the server. */
export class LeadClient {
  /** What the stream told, in order; the server that told it may have died right after. */
  readonly lines: TranscriptMessage[] = [];
  /** How often a message was posted anew. */
  repeats = 0;
  private readonly options: LeadClientOptions;
  private readonly path: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly leaving = new AbortController();
  private heard = Promise.withResolvers<void>();

  constructor(options: LeadClientOptions) {
    this.options = options;
    const { channel, externalId, token } = options;
    this.path = token === undefined ? `/api/channels/${channel}/leads/${externalId}` : `/widget/${channel}`;
    this.headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Resolves when the message is accepted. Posted with the same id until then. */
  async say(id: string, text: string): Promise<void> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      if (!this.options.knocks) await this.options.server.listening();
      const status = await this.post(id, text);
      if (status === 202) return;
      if (status !== undefined) throw new Error(`${this.path}: "${text}" was answered with ${status}`);
      this.repeats += 1;
      await pause(wait);
    }
  }

  /** Resolves when `check` is content with the lines so far; it is asked at each new line. */
  async until(check: (lines: readonly TranscriptMessage[]) => boolean): Promise<void> {
    while (!check(this.lines)) await this.heard.promise;
  }

  /** Reads the stream until `leave`, from where the last one was cut. */
  async listen(): Promise<void> {
    const { signal } = this.leaving;
    const left = once(signal, 'abort');
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      await Promise.race([this.options.server.listening(), left]);
      const before = this.lines.length;
      await this.readStream(signal).catch(() => undefined);
      wait = this.lines.length > before ? FIRST_WAIT_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
      if (!signal.aborted) await pause(wait);
    }
  }

  leave(): void {
    this.leaving.abort();
  }

  async transcript(): Promise<TranscriptMessage[]> {
    return ((await this.get(`${this.path}/messages`)) as { messages: TranscriptMessage[] }).messages;
  }

  async view(): Promise<LeadView> {
    return (await this.get(this.path)) as LeadView;
  }

  private async get(path: string): Promise<unknown> {
    const { server, dispatcher } = this.options;
    const { statusCode, body } = await request(`${server.url}${path}`, { dispatcher, headers: this.headers });
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${await body.text()}`);
    return await body.json();
  }

  /** The answer's status, `undefined` without an answer. */
  private async post(id: string, text: string): Promise<number | undefined> {
    const { server, dispatcher } = this.options;
    try {
      const { statusCode, body } = await request(`${server.url}${this.path}/messages`, {
        method: 'POST',
        dispatcher,
        headers: { ...this.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ id, text }),
        headersTimeout: REQUEST_TIMEOUT_MS,
      });
      await body.dump();
      return this.options.later?.includes(statusCode) ? undefined : statusCode;
    } catch {
      return undefined;
    }
  }

  private async readStream(signal: AbortSignal): Promise<void> {
    const { server, dispatcher, token } = this.options;
    const after = this.lines.at(-1)?.seq ?? 0;
    // A browser goes on by its header.
    const isPage = token !== undefined;
    const { statusCode, body } = await request(`${server.url}${this.path}/messages${isPage ? '' : `?after=${after}`}`, {
      dispatcher,
      headers: {
        ...this.headers,
        accept: 'text/event-stream',
        ...(isPage && after > 0 ? { 'last-event-id': String(after) } : {}),
      },
      signal,
    });
    if (statusCode !== 200) {
      await body.dump();
      return;
    }
    body.setEncoding('utf8');
    let unfinished = '';
    for await (const chunk of body) {
      const events = `${unfinished}${String(chunk)}`.split('\n\n');
      unfinished = events.pop() ?? '';
      for (const event of events) this.take(event);
    }
  }

  private take(event: string): void {
    // What else is told beside the lines has no number.
    if (event.startsWith('event: ')) return;
    const data = event.split('\n').find((line) => line.startsWith('data: '));
    if (data === undefined) return;
    this.lines.push(JSON.parse(data.slice('data: '.length)) as TranscriptMessage);
    this.options.onLine();
    this.heard.resolve();
    this.heard = Promise.withResolvers();
  }
}
