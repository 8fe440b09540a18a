import type { Clock } from '../../../plugin/contract/host.ts';
import { EventPoster } from '../event-poster.ts';
import type { MaxDelivery, MaxSubscription } from './max-contract.ts';

/** A failed event is posted again after 60 s, and two and a half times longer each time, ten times (POST /subscriptions). */
const FIRST_WAIT_MS = 60_000;
const GROWTH = 2.5;
const MOST_TRIES = 10;
/** An address that answered nothing right for so long is no longer posted to, ms. */
const FORGET_MS = 8 * 3_600_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** How long an update waits for whoever polls, ms. */
const KEPT_MS = 24 * 3_600_000;
const MAX_TIMEOUT_S = 90;
/** Kept of what happened. */
const REMEMBERED = 10_000;

export type MaxUpdate = Readonly<Record<string, unknown>> & { readonly update_type: string };

interface Subscribed extends MaxSubscription {
  readonly secret: string | undefined;
  /** Since when it has answered nothing right, Unix ms. */
  failingSince: number | undefined;
}

interface QueuedUpdate {
  readonly number: number;
  readonly update: MaxUpdate;
  readonly until: number;
}

export interface UpdatePage {
  readonly updates: readonly MaxUpdate[];
  readonly marker: number;
}

/** Updates on their way to the bot: to each of its subscriptions, or to whoever polls while there is none. */
export class MaxFeed {
  readonly deliveries: MaxDelivery[] = [];
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #poster: EventPoster<{ readonly url: string; readonly update: MaxUpdate }>;
  readonly #ending = new AbortController();
  #subscriptions: Subscribed[] = [];
  #queue: QueuedUpdate[] = [];
  #next = 1;
  #wake: () => void = () => undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
    this.#poster = new EventPoster({
      clock,
      changed,
      post: ({ url, update }) => this.#post(url, update),
      waitMs: (tries) => (tries > MOST_TRIES ? undefined : FIRST_WAIT_MS * GROWTH ** (tries - 1)),
    });
  }

  get subscriptions(): readonly MaxSubscription[] {
    this.#forget();
    return this.#subscriptions.map(({ url, time, types }) => ({ url, time, types }));
  }

  get isIdle(): boolean {
    return this.#poster.pending === 0 && this.#queue.length === 0;
  }

  subscribe({ url, types, secret }: Pick<Subscribed, 'url' | 'types' | 'secret'>): void {
    const now = this.#clock.now();
    const others = this.#subscriptions.filter((one) => one.url !== url);
    this.#subscriptions = [...others, { url, types, secret, time: now, failingSince: undefined }];
    this.#wake();
  }

  unsubscribe(url: string): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one.url !== url);
  }

  add(update: MaxUpdate, lane: string): void {
    const takers = this.subscriptions.filter(({ types }) => types.length === 0 || types.includes(update.update_type));
    for (const { url } of takers) this.#poster.add({ url, update }, `${url} ${lane}`);
    if (this.#subscriptions.length === 0) {
      this.#queue.push({ number: this.#next, update, until: this.#clock.now() + KEPT_MS });
      this.#next += 1;
      this.#wake();
    }
    this.#changed();
  }

  /** One `GET /updates`. Without a marker only the newest update is given. `left` ends it when its caller is gone. */
  async poll(
    {
      marker,
      limit,
      timeout,
      types,
    }: {
      readonly marker: number | undefined;
      readonly limit: number;
      readonly timeout: number;
      readonly types: readonly string[];
    },
    left: AbortSignal,
  ): Promise<UpdatePage> {
    const now = this.#clock.now();
    this.#queue = this.#queue.filter(({ number, until }) => until > now && number >= (marker ?? 0));
    this.#changed();
    const wanted = (): QueuedUpdate[] =>
      this.#queue.filter(({ update }) => types.length === 0 || types.includes(update.update_type));
    const page = (): UpdatePage => {
      const found = marker === undefined ? wanted().slice(-1) : wanted().slice(0, limit);
      return { updates: found.map(({ update }) => update), marker: (found.at(-1)?.number ?? this.#next - 1) + 1 };
    };
    if (wanted().length > 0 || timeout <= 0) return page();
    const { promise, resolve } = Promise.withResolvers<UpdatePage>();
    this.#wake = () => resolve(page());
    const cancel = this.#clock.after(Math.min(timeout, MAX_TIMEOUT_S) * 1_000, this.#wake);
    left.addEventListener('abort', this.#wake, { once: true });
    return promise.finally(() => {
      cancel();
      this.#wake = () => undefined;
    });
  }

  close(): void {
    this.#ending.abort();
    this.#poster.end();
    this.#wake();
  }

  /** Whoever answered nothing right for too long is subscribed no more. */
  #forget(): void {
    const now = this.#clock.now();
    this.#subscriptions = this.#subscriptions.filter(({ failingSince = now }) => now - failingSince < FORGET_MS);
  }

  async #post(url: string, update: MaxUpdate): Promise<boolean> {
    this.#forget();
    const subscription = this.#subscriptions.find((one) => one.url === url);
    // It was taken away, or forgotten: what was on its way is lost.
    if (subscription === undefined) return true;
    const status = await this.#statusOf(subscription, update);
    if (this.#ending.signal.aborted) return true;
    this.deliveries.push({ url, type: update.update_type, status });
    if (this.deliveries.length > REMEMBERED) this.deliveries.shift();
    subscription.failingSince = status === 200 ? undefined : (subscription.failingSince ?? this.#clock.now());
    return status === 200;
  }

  async #statusOf({ url, secret }: Subscribed, update: MaxUpdate): Promise<number | null> {
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const headers = {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { 'x-max-bot-api-secret': secret }),
    };
    try {
      const body = JSON.stringify(update);
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }
}
