/** A server of a chat as its page sees it, with the network between them in the test's hand. */
import { createHmac } from 'node:crypto';
import type { Kept } from '../../../runtime-shim/widget/page/kept.ts';
import { Talk } from '../../../runtime-shim/widget/page/talk.ts';
import type { Line, TalkState } from '../../../runtime-shim/widget/page/talk-shapes.ts';

const BASE = 'https://bot.example/widget/site/';

type NewLine = Partial<Line> & Pick<Line, 'from'>;

export class WidgetServer {
  readonly lines: Line[] = [];
  readonly requests: Array<{
    readonly path: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }> = [];
  state: TalkState = { mode: 'bot', operator: null, read: 0, files: { maxBytes: 25_000_000, accept: ['file'] } };
  /** What came of files, by their number here. */
  readonly files: string[] = [];
  /** What happens to a request before it is served (`lost`), to its answer (`cut`), or instead of it (a status). */
  trouble: (path: string) => 'lost' | 'cut' | number | undefined = () => undefined;
  #visitors = 0;
  #tokens = new Set<string>();
  readonly #streams = new Set<(text: string) => void>();

  say(line: NewLine): void {
    const whole = { seq: this.lines.length + 1, at: 1, ...line };
    this.lines.push(whole);
    this.#tell(eventOf(whole));
  }

  setState(state: TalkState): void {
    this.state = state;
    this.#tell(`event: state\ndata: ${JSON.stringify(state)}\n\n`);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  get streams(): number {
    return this.#streams.size;
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = url.slice(BASE.length);
    const headers = init.headers as Record<string, string>;
    const body = typeof init.body === 'string' ? init.body : '';
    this.requests.push({ path, url, headers, body });
    await Promise.resolve();
    const trouble = this.trouble(path);
    if (trouble === 'lost') throw new TypeError('network');
    if (typeof trouble === 'number') return new Response('{}', { status: trouble, headers: { 'retry-after': '2' } });
    const answer = this.#answer(path, headers, body, init.signal ?? undefined);
    if (trouble === 'cut') throw new TypeError('network');
    return answer;
  };

  #answer(path: string, headers: Record<string, string>, body: string, signal: AbortSignal | undefined): Response {
    const given = headers['authorization']?.slice('Bearer '.length) ?? '';
    if (path === 'session') {
      const { user } = JSON.parse(body) as { user?: string };
      const lead = user ?? given.split('.')[0] ?? '';
      const shown = this.#tokens.has(given) && user === undefined ? lead : (user ?? `v${(this.#visitors += 1)}`);
      const token = `${shown}.${createHmac('sha256', 'k').update(`${shown}${this.requests.length}`).digest('hex')}`;
      this.#tokens.add(token);
      return Response.json({ token, lead: shown, until: 1 });
    }
    if (!this.#tokens.has(given)) return new Response('{}', { status: 401 });
    if (path === 'read') {
      this.state = { ...this.state, read: (JSON.parse(body) as { seq: number }).seq };
      return Response.json({});
    }
    if (path === 'files') {
      this.files.push(decodeURIComponent(headers['x-file-name'] ?? ''));
      return Response.json({ id: `file-${this.files.length}` }, { status: 201 });
    }
    if (body !== '') {
      const { id, text, press, files } = JSON.parse(body) as {
        id: string;
        text?: string;
        press?: { index: number };
        files?: string[];
      };
      const known = `${press === undefined ? 'm' : 'p'}${id}`;
      if (!this.lines.some((line) => line.id === known))
        this.say({ from: 'lead', id: known, text: text ?? files?.join() ?? `${press?.index}` });
      return new Response('{}', { status: 202 });
    }
    const after = Number(headers['last-event-id'] ?? '0');
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (text: string): void => controller.enqueue(new TextEncoder().encode(text));
        this.#streams.add(send);
        signal?.addEventListener('abort', () => {
          this.#streams.delete(send);
          controller.error(new TypeError('aborted'));
        });
        for (const line of this.lines) if (line.seq > after) send(eventOf(line));
        send(`event: state\ndata: ${JSON.stringify(this.state)}\n\n`);
      },
    });
    return new Response(stream);
  }

  /** In pieces that are cut anywhere, signs of several bytes too. */
  #tell(text: string): void {
    for (const send of this.#streams) for (const piece of text.match(/[\s\S]{1,7}/g) ?? []) send(piece);
  }
}

function eventOf(line: Line): string {
  return `id: ${line.seq}\ndata: ${JSON.stringify(line)}\n\n`;
}

/** A browser: what it keeps outlives a page, its clock moves when the test says. */
export class WidgetBrowser {
  now = 1_000_000;
  #timers: Array<{ readonly at: number; readonly act: () => void }> = [];
  #ids = 0;
  readonly #values = new Map<string, string>();
  readonly kept: Kept = {
    get: (key) => this.#values.get(key) ?? null,
    set: (key, value) => void (value === null ? this.#values.delete(key) : this.#values.set(key, value)),
    keys: (prefix) => [...this.#values.keys()].filter((key) => key.startsWith(prefix)),
  };

  /** A page that is opened, or loaded again. */
  page(server: Pick<WidgetServer, 'fetch'>): Talk {
    return new Talk(BASE, {
      fetch: server.fetch,
      kept: this.kept,
      now: () => this.now,
      newId: () => `id-${(this.#ids += 1)}-of-this`,
      after: (ms, act) => {
        const timer = { at: this.now + ms, act };
        this.#timers.push(timer);
        return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
      },
    });
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.now = Math.max(this.now, next.at);
      next.act();
    }
    this.now = end;
    await settled();
  }

  /** The machine sleeps: time passes, and no timer runs. */
  sleep(ms: number): void {
    this.now += ms;
    this.#timers = this.#timers.map(({ at, act }) => ({ at: at + ms, act }));
  }
}

/** Everything that needs no time has happened: streams and promises of this process take some turns of its loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
