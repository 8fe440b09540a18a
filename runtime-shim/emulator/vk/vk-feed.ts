import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../plugin/contract/host.ts';
import { EventPoster } from '../event-poster.ts';
import type { VkDelivery } from './vk-contract.ts';

/** Waits before an event is posted again, ms. VK's own are undocumented: ours. */
const WAITS_MS = [10_000, 60_000, 300_000, 900_000];
const ANSWER_TIMEOUT_MS = 10_000;
const MAX_WAIT_S = 90;
/** Kept of what happened. */
const REMEMBERED = 10_000;

export interface VkServer {
  readonly id: number;
  url: string;
  title: string;
  secret: string;
  status: 'unconfigured' | 'wait' | 'ok' | 'failed';
  events: ReadonlySet<string>;
}

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

export type PollAnswer =
  | { readonly ts: string; readonly updates: readonly Event[] }
  | { readonly failed: 1 | 2 | 3; readonly ts?: string };

/** Events on their way to the community: to each of its servers, and to whoever polls. */
export class VkFeed {
  readonly deliveries: VkDelivery[] = [];
  readonly servers = new Map<number, VkServer>();
  /** Is Bots Long Poll on, and of which kinds does it tell? */
  polled: { isEnabled: boolean; events: ReadonlySet<string> };
  readonly #clock: Clock;
  readonly #group: number;
  readonly #confirmation: string;
  readonly #changed: () => void;
  readonly #poster: EventPoster<{ readonly server: VkServer; readonly event: Event }>;
  readonly #ending = new AbortController();
  /** What may still be polled: `number` is where the poll stands that has read it. */
  #history: Array<{ readonly number: number; readonly event: Event }> = [];
  #last = 1;
  #read = 1;
  #key = newKey();
  /** Those who poll: one whose program was killed may still be there when the next one asks. */
  readonly #polls = new Set<() => void>();
  #failure: 1 | 2 | 3 | undefined;
  #newest: Event | undefined;
  #nextServer = 1;

  constructor({
    clock,
    group,
    confirmation,
    changed,
    polled,
  }: {
    readonly clock: Clock;
    readonly group: number;
    readonly confirmation: string;
    readonly changed: () => void;
    readonly polled: { isEnabled: boolean; events: ReadonlySet<string> };
  }) {
    this.#clock = clock;
    this.#group = group;
    this.#confirmation = confirmation;
    this.#changed = changed;
    this.polled = polled;
    this.#poster = new EventPoster({
      clock,
      changed,
      post: ({ server, event }) => this.#post(server, event),
      waitMs: (tries) => WAITS_MS[tries - 1],
    });
  }

  get isIdle(): boolean {
    return this.#poster.pending === 0 && (!this.polled.isEnabled || this.#read >= this.#last);
  }

  /** Where the long poll begins. */
  get place(): { readonly key: string; readonly ts: string } {
    return { key: this.#key, ts: String(this.#last) };
  }

  addServer(): VkServer {
    const id = this.#nextServer;
    this.#nextServer += 1;
    const server: VkServer = { id, url: '', title: '', secret: '', status: 'unconfigured', events: new Set() };
    this.servers.set(id, server);
    return server;
  }

  /** Asks an address whether it is the community's. */
  async confirm(server: VkServer): Promise<void> {
    const { body } = await this.#ask(server, { type: 'confirmation' });
    server.status = body === this.#confirmation ? 'ok' : 'failed';
  }

  add(content: Readonly<Record<string, unknown>>, lane: string): void {
    const event = { event_id: randomBytes(20).toString('hex'), v: '5.199', ...content } as unknown as Event;
    this.#newest = event;
    this.#tell(event, lane);
  }

  repeat(): void {
    if (this.#newest !== undefined) this.#tell(this.#newest, 'repeat');
  }

  failPolls(kind: 1 | 2 | 3): void {
    this.#failure = kind;
    if (kind !== 1) this.#key = newKey();
    if (kind !== 2) {
      this.#history = [];
      this.#read = this.#last;
    }
    this.#wake();
  }

  /** One request of the long poll. `left` ends it when its caller is gone. */
  async poll(
    { key, ts, wait }: { readonly key: string; readonly ts: number; readonly wait: number },
    left: AbortSignal,
  ): Promise<PollAnswer> {
    const wrong = (): PollAnswer | undefined => {
      const failed = this.#failure;
      this.#failure = undefined;
      if (failed !== undefined && failed !== 1) return { failed };
      if (key !== this.#key) return { failed: 2 };
      const oldest = this.#history[0]?.number ?? this.#last + 1;
      const isLost = failed === 1 || ts > this.#last || ts + 1 < oldest;
      return isLost ? { failed: 1, ts: String(this.#last) } : undefined;
    };
    const page = (): PollAnswer => {
      const found = this.#history.filter(({ number }) => number > ts);
      return wrong() ?? { ts: String(found.at(-1)?.number ?? ts), updates: found.map(({ event }) => event) };
    };
    this.#read = Math.max(this.#read, Math.min(ts, this.#last));
    this.#changed();
    const found = page();
    if ('failed' in found || found.updates.length > 0) return found;
    const { promise, resolve } = Promise.withResolvers<PollAnswer>();
    const wake = (): void => resolve(page());
    this.#polls.add(wake);
    const cancel = this.#clock.after(Math.min(wait, MAX_WAIT_S) * 1_000, wake);
    left.addEventListener('abort', wake, { once: true });
    return promise.finally(() => {
      cancel();
      this.#polls.delete(wake);
    });
  }

  close(): void {
    this.#ending.abort();
    this.#poster.end();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#polls) wake();
  }

  #tell(event: Event, lane: string): void {
    for (const server of this.servers.values()) {
      if (server.status === 'ok' && server.events.has(event.type)) {
        this.#poster.add({ server, event }, `${server.id} ${lane}`);
      }
    }
    if (this.polled.isEnabled && this.polled.events.has(event.type)) {
      this.#last += 1;
      this.#history.push({ number: this.#last, event: { group_id: this.#group, ...event } });
      if (this.#history.length > REMEMBERED) this.#history.shift();
      this.#wake();
    }
    this.#changed();
  }

  async #post(server: VkServer, event: Event): Promise<boolean> {
    if (!this.servers.has(server.id)) return true;
    const { status, body } = await this.#ask(server, event);
    if (this.#ending.signal.aborted) return true;
    this.deliveries.push({ url: server.url, type: event.type, status, body });
    if (this.deliveries.length > REMEMBERED) this.deliveries.shift();
    return status === 200 && body === 'ok';
  }

  async #ask(
    { url, secret }: VkServer,
    event: Event,
  ): Promise<{ readonly status: number | null; readonly body: string }> {
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const body = JSON.stringify({ group_id: this.#group, ...event, ...(secret === '' ? {} : { secret }) });
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      return { status: answer.status, body: await answer.text() };
    } catch {
      return { status: null, body: '' };
    }
  }
}

function newKey(): string {
  return randomBytes(20).toString('hex');
}
