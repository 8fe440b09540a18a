import type { Clock } from '../../../plugin/contract/host.ts';

/** Longest wait of a poll, s (getUpdates, timeout). */
const MAX_TIMEOUT_S = 50;
const MAX_LIMIT = 100;
/** A press is kept for so long, a message for a day, ms (tdlib/telegram-bot-api, `Client::add_update`). */
const PRESS_MS = 150_000;
const MESSAGE_MS = 86_400_000;

export interface QueuedUpdate {
  readonly id: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** What waits for what when it is posted: a chat's messages, a person's presses. */
  readonly lane: string;
  /** When Telegram forgets it, Unix ms. */
  readonly until: number;
}

type PollEnd = { readonly is: 'updates'; readonly updates: readonly object[] } | { readonly is: 'conflict' };

/** Updates that nobody has confirmed yet, and the one poll that waits for them. */
export class UpdateQueue {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #updates: QueuedUpdate[] = [];
  #nextId = 700_000_001;
  #waiting: { readonly end: (end: PollEnd) => void } | undefined;
  #wake: () => void = () => undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get waiting(): readonly QueuedUpdate[] {
    const now = this.#clock.now();
    this.#updates = this.#updates.filter(({ until }) => until > now);
    return this.#updates;
  }

  add(body: Readonly<Record<string, unknown>>, lane: string): void {
    const given = body['update_id'];
    const id = typeof given === 'number' ? given : this.#nextId;
    this.#nextId = Math.max(this.#nextId, id) + 1;
    const until = this.#clock.now() + ('callback_query' in body ? PRESS_MS : MESSAGE_MS);
    this.#updates.push({ id, body: { update_id: id, ...body }, lane, until });
    this.#wake();
    this.#changed();
  }

  /** It is done: confirmed, or posted. */
  remove(id: number): void {
    this.#updates = this.#updates.filter((update) => update.id !== id);
    this.#changed();
  }

  clear(): void {
    this.#updates = [];
    this.#changed();
  }

  /**
   * One `getUpdates`: confirms what stands before `offset`, and waits for something new. A second one ends the first with a
   * conflict, as Telegram does. `left` ends it when its caller is gone.
   */
  async poll(
    {
      offset,
      limit = MAX_LIMIT,
      timeout = 0,
    }: { readonly offset?: number; readonly limit?: number; readonly timeout?: number },
    left: AbortSignal,
  ): Promise<PollEnd> {
    this.endPoll();
    if (offset !== undefined) {
      const kept = offset < 0 ? this.waiting.slice(offset) : this.waiting.filter(({ id }) => id >= offset);
      this.#updates = [...kept];
      this.#changed();
    }
    const found = (): readonly object[] =>
      this.waiting.slice(0, Math.max(1, Math.min(limit, MAX_LIMIT))).map(({ body }) => body);
    if (this.waiting.length > 0 || timeout <= 0) return { is: 'updates', updates: found() };
    const { promise, resolve } = Promise.withResolvers<PollEnd>();
    const own = { end: resolve };
    this.#waiting = own;
    this.#wake = () => resolve({ is: 'updates', updates: found() });
    const cancel = this.#clock.after(Math.min(timeout, MAX_TIMEOUT_S) * 1_000, this.#wake);
    const leave = (): void => resolve({ is: 'updates', updates: [] });
    left.addEventListener('abort', leave, { once: true });
    try {
      return await promise;
    } finally {
      cancel();
      left.removeEventListener('abort', leave);
      if (this.#waiting === own) {
        this.#waiting = undefined;
        this.#wake = () => undefined;
      }
    }
  }

  endPoll(): void {
    this.#waiting?.end({ is: 'conflict' });
  }
}
