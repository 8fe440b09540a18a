import { setMaxListeners } from 'node:events';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { TelegramDelivery } from './telegram-contract.ts';
import type { UpdateQueue, QueuedUpdate } from './update-queue.ts';

/** Waits between tries: at once, then doubled up to a minute (tdlib/telegram-bot-api, `WebhookActor`), s. */
const FIRST_WAIT_S = 1;
const LAST_WAIT_S = 60;
const MAX_RETRY_AFTER_S = 3_600;
const ANSWER_TIMEOUT_MS = 60_000;
/** Kept of what happened. */
const REMEMBERED = 10_000;

export interface WebhookState {
  readonly url: string;
  readonly secret: string | undefined;
}

/** Posts updates to the bot's address: one after another for a chat, a refused one again and again, everything behind it waits. */
export class TelegramWebhook {
  state: WebhookState = { url: '', secret: undefined };
  lastError: { readonly at: number; readonly text: string } | undefined;
  readonly deliveries: TelegramDelivery[] = [];
  readonly #clock: Clock;
  readonly #queue: UpdateQueue;
  /** Lanes with an update on its way. */
  readonly #busy = new Map<string, () => void>();
  readonly #ending = new AbortController();

  constructor(clock: Clock, queue: UpdateQueue) {
    this.#clock = clock;
    this.#queue = queue;
    setMaxListeners(0, this.#ending.signal);
  }

  set(state: WebhookState): void {
    this.state = state;
    this.lastError = undefined;
    for (const wake of this.#busy.values()) wake();
    this.pump();
  }

  pump(): void {
    if (this.state.url === '' || this.#ending.signal.aborted) return;
    for (const update of this.#queue.waiting) {
      if (this.#busy.has(update.lane)) continue;
      this.#busy.set(update.lane, () => undefined);
      void this.#deliver(update);
    }
  }

  close(): void {
    this.#ending.abort();
    for (const wake of this.#busy.values()) wake();
  }

  async #deliver(update: QueuedUpdate): Promise<void> {
    let wait = FIRST_WAIT_S;
    while (this.state.url !== '' && !this.#ending.signal.aborted && this.#queue.waiting.includes(update)) {
      const { status, retryAfter } = await this.#post(update);
      if (this.#ending.signal.aborted) return;
      this.deliveries.push({ update: update.id, status });
      if (this.deliveries.length > REMEMBERED) this.deliveries.shift();
      if (status !== null && status >= 200 && status < 300) {
        this.#queue.remove(update.id);
        break;
      }
      const text = status === null ? 'Connection failed' : `Wrong response from the webhook: ${status}`;
      this.lastError = { at: this.#clock.now(), text };
      await this.#pause(update.lane, Math.max(wait, Math.min(retryAfter, MAX_RETRY_AFTER_S)));
      wait = Math.min(wait * 2, LAST_WAIT_S);
    }
    this.#busy.delete(update.lane);
    this.pump();
  }

  async #post({ body }: QueuedUpdate): Promise<{ readonly status: number | null; readonly retryAfter: number }> {
    const { url, secret } = this.state;
    const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const headers = {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
    };
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal,
        redirect: 'manual',
      });
      await answer.arrayBuffer();
      return { status: answer.status, retryAfter: Number(answer.headers.get('retry-after') ?? '0') || 0 };
    } catch {
      return { status: null, retryAfter: 0 };
    }
  }

  #pause(lane: string, seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(seconds * 1_000, resolve);
      this.#busy.set(lane, () => {
        cancel();
        resolve();
      });
    });
  }
}
