/** A visitor's talk: what was said, what is on its way, and the connection. Knows no page; everything of the browser is passed in. */
import { Outbox } from './outbox.ts';
import { EventReader } from './server-events.ts';
import type { Identity, Line, Surroundings, TalkState, Waiting } from './talk-shapes.ts';

/** The server says that it is there every 15 s: a connection that is silent for longer is dead, whatever the system says. */
const SILENCE_MS = 40_000;
/** After the machine slept: a connection that was silent for so long when somebody looks again is not trusted. */
const STALE_MS = 17_000;
/** Before the next try, ms: doubled up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A token is renewed once in so long, ms. */
const RENEW_MS = 3_600_000;

interface Session {
  readonly token: string;
  /** Whose talk it is. */
  readonly lead: string;
  readonly madeAt: number;
}

const NEW_STATE: TalkState = { mode: 'bot', operator: null, read: 0, files: null };

/** What a person may be told of its own message. */
export type Refusal = 'too_many' | 'refused' | 'file_refused' | 'file_too_large';

export class Talk {
  lines: readonly Line[] = [];
  state: TalkState = NEW_STATE;
  /** Is the stream there? `no`: tried in vain. */
  connection: 'none' | 'trying' | 'yes' | 'no' | 'refused' = 'none';
  refusal: Refusal | undefined;
  /** Has the server told how far the visitor has read? */
  isCaughtUp = false;
  readonly #base: string;
  readonly #around: Surroundings;
  readonly #listeners = new Set<() => void>();
  #identity: Identity = {};
  #stream: { readonly end: AbortController; heardAt: number } | undefined;
  #tries = 0;
  #cancelRetry: () => void = () => undefined;
  #isSending = false;
  #cancelSend: () => void = () => undefined;
  #markedRead = 0;
  #lead: string | undefined;
  readonly #outbox: Outbox;
  #isClosed = false;

  /** @param base `https://bot.example.com/widget/site/` */
  constructor(base: string, around: Surroundings) {
    this.#base = base;
    this.#around = around;
    this.#outbox = new Outbox(`${base}out:`, around.kept);
  }

  /** Called after every change; returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the person did and the server may not have yet. */
  get waiting(): readonly Waiting[] {
    return this.#outbox.waiting;
  }

  /** Messages that the person has not seen. */
  get unread(): number {
    return this.lines.filter(({ from, seq }) => from !== 'lead' && seq > this.readUpTo).length;
  }

  /** The number of the last line that the visitor has seen. */
  get readUpTo(): number {
    return Math.max(this.state.read, this.#markedRead);
  }

  /** Has this browser talked before? */
  get isKnown(): boolean {
    return this.#session() !== undefined;
  }

  /** Connects, and stays connected. */
  start(): void {
    if (this.#stream !== undefined || this.#isClosed) return;
    this.#cancelRetry();
    void this.#listen();
    void this.#pump();
  }

  /** Somebody looks again, or the network is back: a connection that may be dead is made anew at once. */
  wake(): void {
    if (this.#isClosed || this.connection === 'none' || this.connection === 'refused') return;
    const stream = this.#stream;
    if (stream !== undefined && this.#around.now() - stream.heardAt < STALE_MS) return void this.#pump();
    this.#tries = 0;
    stream?.end.abort();
    this.#stream = undefined;
    this.start();
  }

  /** The network is gone: nothing is waited for. */
  lost(): void {
    this.#stream?.end.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#cancelSend();
    this.#stream?.end.abort();
  }

  say(text: string): void {
    this.#add({ id: this.#around.newId(), text, at: this.#around.now() });
  }

  /** Sends a file. Cut off in the middle it is sent anew, as long as this page is there: a browser gives a file to no other one. */
  attach(file: File): void {
    const { files } = this.state;
    if (files === null || file.size > files.maxBytes || file.size === 0) {
      this.refusal = file.size === 0 ? 'file_refused' : 'file_too_large';
      return this.#changed();
    }
    this.#add({ id: this.#around.newId(), file: { name: file.name }, at: this.#around.now() }, file);
  }

  press(seq: number, index: number): void {
    // Pressed twice before the first press has left: one press.
    if (this.waiting.some(({ press }) => press?.seq === seq)) return;
    this.#add({ id: this.#around.newId(), press: { seq, index }, at: this.#around.now() });
  }

  /** The site says who its user is; another user has another talk. `null`: nobody any more. False: it was refused, or not heard. */
  async identify(identity: Identity | null): Promise<boolean> {
    if (identity === null) this.#forgetSession();
    const answer = await this.#ask('POST', 'session', identity ?? {}, this.#token());
    if (answer?.ok !== true) return false;
    this.#identity = identity ?? {};
    await this.#keepSession(answer);
    return true;
  }

  /** Everything that is there has been seen. Told to the server, so that other tabs and the next visit know. */
  markRead(): void {
    const last = this.lines.at(-1)?.seq ?? 0;
    if (last <= this.readUpTo) return;
    this.#markedRead = last;
    void this.#ask('POST', 'read', { seq: last }, this.#token());
    this.#changed();
  }

  /** Another tab has become somebody else's. */
  sessionChanged(): void {
    const session = this.#session();
    if (session !== undefined) this.#adopt(session);
  }

  /** Another tab of this browser has read so far. */
  readElsewhere(seq: number): void {
    if (seq <= this.#markedRead) return;
    this.#markedRead = seq;
    this.#changed();
  }

  get lastSeq(): number {
    return this.lines.at(-1)?.seq ?? 0;
  }

  async #listen(): Promise<void> {
    const stream = { end: new AbortController(), heardAt: this.#around.now() };
    this.#stream = stream;
    if (this.connection !== 'no') this.connection = 'trying';
    this.#changed();
    try {
      const token = await this.#needToken();
      if (token === undefined) return;
      const response = await this.#around.fetch(`${this.#base}messages`, {
        headers: { ...bearer(token), accept: 'text/event-stream', 'last-event-id': String(this.lastSeq) },
        signal: stream.end.signal,
        cache: 'no-store',
      });
      if (response.status === 401) this.#forgetSession();
      if (response.ok && response.body !== null) await this.#read(response.body, stream);
    } catch {
      // Cut, refused or silent: tried again below.
    } finally {
      if (this.#stream === stream) {
        this.#stream = undefined;
        this.#retry();
      }
    }
  }

  async #read(
    body: ReadableStream<Uint8Array>,
    stream: { readonly end: AbortController; heardAt: number },
  ): Promise<void> {
    const events = new EventReader();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    this.connection = 'yes';
    this.#tries = 0;
    this.#changed();
    for (;;) {
      const cancel = this.#around.after(SILENCE_MS, () => stream.end.abort());
      const { done, value } = await reader.read().finally(cancel);
      if (done || this.#stream !== stream) return;
      stream.heardAt = this.#around.now();
      for (const { type, data } of events.take(decoder.decode(value, { stream: true }))) {
        if (type === 'state') {
          this.state = JSON.parse(data) as TalkState;
          this.isCaughtUp = true;
        } else this.#take(JSON.parse(data) as Line);
      }
      this.#changed();
    }
  }

  /** A line, once: a connection that goes on may tell the last ones again. */
  #take(line: Line): void {
    if (line.seq <= this.lastSeq) return;
    this.lines = [...this.lines, line];
    const sent = this.waiting.find(({ id }) => line.id === `m${id}` || line.id === `p${id}`);
    if (sent !== undefined) this.#outbox.drop(sent.id);
  }

  #retry(): void {
    if (this.#isClosed || this.connection === 'refused') return;
    this.connection = 'no';
    this.#changed();
    this.#cancelRetry();
    this.#cancelRetry = this.#around.after(this.#nextWait(), () => this.start());
  }

  #nextWait(): number {
    this.#tries += 1;
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#tries - 1));
  }

  #add(waiting: Waiting, file?: File): void {
    this.refusal = undefined;
    this.#outbox.add(waiting, file);
    this.#changed();
    if (this.connection === 'none') this.start();
    void this.#pump();
  }

  /** Brings a file to the server. `undefined`: it is there, and its message can be sent. */
  async #bring(waiting: Waiting, token: string): Promise<Response | 'lost' | undefined> {
    const { id, file } = waiting;
    if (file === undefined || file.id !== undefined) return undefined;
    const body = this.#outbox.fileOf(id);
    const headers = { ...bearer(token), 'x-file-name': encodeURIComponent(file.name.toWellFormed()) };
    const answer = await this.#send('files', { method: 'POST', headers, body: body ?? null, cache: 'no-store' });
    if (answer?.status !== 201) return answer ?? 'lost';
    this.#outbox.brought(waiting, ((await answer.json()) as { id: string }).id);
    return undefined;
  }

  /** Sends what waits, one after another, so that the order stays. */
  async #pump(): Promise<void> {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    this.#cancelSend();
    let waitMs: number | undefined;
    const sent = new Set<string>();
    for (;;) {
      const next = this.waiting.find(({ id }) => !sent.has(id));
      if (next === undefined) break;
      const { id, press } = next;
      const answer = await this.#deliver(next);
      if (answer?.status === 202) {
        sent.add(id);
        // A press that counted already, in another tab, brings no line.
        if (press !== undefined) this.#outbox.drop(id);
      } else if (answer?.status === 401) {
        this.#forgetSession();
        waitMs = FIRST_WAIT_MS;
        break;
      } else if (
        (answer !== undefined && answer.status >= 400 && answer.status < 500 && answer.status !== 429) ||
        answer?.status === 507
      ) {
        this.#outbox.drop(id);
        this.refusal = next.file === undefined ? 'refused' : answer.status === 413 ? 'file_too_large' : 'file_refused';
      } else {
        if (answer?.status === 429) this.refusal = 'too_many';
        waitMs = Number(answer?.headers.get('retry-after') ?? '0') * 1_000 || this.#nextWait();
        break;
      }
      this.#changed();
    }
    this.#isSending = false;
    this.#changed();
    if (waitMs !== undefined) this.#cancelSend = this.#around.after(waitMs, () => void this.#pump());
  }

  /** One try; `undefined`: no answer came. */
  async #deliver(waiting: Waiting): Promise<Response | undefined> {
    const token = await this.#needToken();
    if (token === undefined) return undefined;
    const brought = await this.#bring(waiting, token);
    if (brought !== undefined) return brought === 'lost' ? undefined : brought;
    const { id, text, press, file } = this.#outbox.find(waiting.id) ?? waiting;
    const files = file?.id === undefined ? undefined : [file.id];
    return this.#ask('POST', 'messages', { id, text, press, files }, token);
  }

  #session(): Session | undefined {
    const text = this.#around.kept.get(`${this.#base}session`);
    return text === null ? undefined : (JSON.parse(text) as Session);
  }

  /** Whose talk is shown: another tab, or the site, may have made it somebody else's. */
  #adopt({ lead }: Session): void {
    const before = this.#lead;
    this.#lead = lead;
    if (before === undefined || before === lead) return;
    this.lines = [];
    this.state = NEW_STATE;
    this.#markedRead = 0;
    this.isCaughtUp = false;
    this.#stream?.end.abort();
    this.#changed();
  }

  #token(): string | undefined {
    return this.#session()?.token;
  }

  #forgetSession(): void {
    this.#around.kept.set(`${this.#base}session`, null);
  }

  /** The token, new or renewed where it is time. */
  async #needToken(): Promise<string | undefined> {
    const session = this.#session();
    if (session !== undefined) this.#adopt(session);
    if (session !== undefined && Math.abs(this.#around.now() - session.madeAt) < RENEW_MS) return session.token;
    this.#starting ??= this.#startSession(session).finally(() => (this.#starting = undefined));
    await this.#starting;
    return this.#token();
  }

  #starting: Promise<void> | undefined;

  async #startSession(session: Session | undefined): Promise<void> {
    const answer = await this.#ask('POST', 'session', session === undefined ? this.#identity : {}, session?.token);
    if (answer?.ok === true) return this.#keepSession(answer);
    if (answer?.status !== 403 && answer?.status !== 404) return;
    this.connection = 'refused';
    this.#changed();
  }

  async #keepSession(answer: Response): Promise<void> {
    const { token, lead } = (await answer.json()) as Session;
    const session: Session = { token, lead, madeAt: this.#around.now() };
    this.#around.kept.set(`${this.#base}session`, JSON.stringify(session));
    this.#adopt(session);
  }

  /** `undefined`: no answer came. */
  async #ask(method: string, path: string, body: unknown, token: string | undefined): Promise<Response | undefined> {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : bearer(token)) };
    return this.#send(path, { method, headers, body: JSON.stringify(body), cache: 'no-store' });
  }

  async #send(path: string, init: RequestInit): Promise<Response | undefined> {
    try {
      return await this.#around.fetch(`${this.#base}${path}`, init);
    } catch {
      return undefined;
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
