import { Agent, request } from 'undici';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { WebhookDelivery } from '../emulator-contract.ts';
import type { WebhookEvent, WebhookSettings } from './webhook-event.ts';

/** Many persons at a time, as LiveTex would, yet not a socket for each of a thousand. */
const MOST_IN_FLIGHT = 64;
/** LiveTex keeps what was written while no webhook was set for a day. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Back-off between two tries of an event, ms. */
export interface WebhookRetry {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly giveUpAfterMs: number;
}

interface QueuePorts {
  readonly clock: Clock;
  readonly poster: WebhookPost;
  readonly retry: WebhookRetry;
  readonly settings: () => WebhookSettings;
  readonly delivered: (delivery: WebhookDelivery) => void;
  /** Nothing waits any more. */
  readonly drained: () => void;
}

interface Lane {
  readonly key: string;
  readonly events: WebhookEvent[];
  state: 'idle' | 'ready' | 'sending' | 'waiting';
  cancelTimer: () => void;
}

/** Sends events, in order within a lane, until they are acknowledged or too old. */
export class WebhookQueue {
  readonly #ports: QueuePorts;
  #lanes = new Map<string, Lane>();
  #ready: Lane[] = [];
  #pending = 0;
  readonly #posts = new Set<Promise<void>>();
  #closed = false;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  get pending(): number {
    return this.#pending;
  }

  add(event: WebhookEvent): void {
    if (this.#closed) return;
    const lane = this.#lanes.get(event.lane) ?? {
      key: event.lane,
      events: [],
      state: 'idle',
      cancelTimer: () => undefined,
    };
    this.#lanes.set(event.lane, lane);
    lane.events.push(event);
    this.#pending += 1;
    this.#wake(lane);
  }

  /** A webhook was set: what was kept goes out. */
  settingsChanged(): void {
    for (const lane of this.#lanes.values()) this.#wake(lane);
  }

  /** Forgets everything that waits; what is being sent ends unheeded. */
  clear(): void {
    for (const lane of this.#lanes.values()) lane.cancelTimer();
    this.#lanes = new Map();
    this.#ready = [];
    this.#pending = 0;
    this.#ports.drained();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.clear();
    await this.#ports.poster.close();
    await Promise.all(this.#posts);
  }

  #wake(lane: Lane): void {
    if (lane.state !== 'idle' || lane.events.length === 0 || this.#ports.settings().url === '') return;
    lane.state = 'ready';
    this.#ready.push(lane);
    this.#fill();
  }

  #fill(): void {
    while (this.#posts.size < MOST_IN_FLIGHT) {
      const lane = this.#ready.shift();
      if (!lane) return;
      this.#send(lane);
    }
  }

  #send(lane: Lane): void {
    const settings = this.#ports.settings();
    lane.state = 'idle';
    if (settings.url === '') return;
    for (let event = lane.events[0]; event; event = lane.events[0]) {
      const body = this.#isTooOld(event) ? null : event.body(settings);
      if (body) {
        lane.state = 'sending';
        const post = this.#post(lane, event, settings.url, body).then(() => {
          this.#posts.delete(post);
          this.#fill();
        });
        this.#posts.add(post);
        return;
      }
      this.#drop(lane);
    }
  }

  async #post(lane: Lane, event: WebhookEvent, url: string, body: Record<string, unknown>): Promise<void> {
    const { clock, poster, delivered } = this.#ports;
    const at = clock.now();
    event.attempt += 1;
    event.firstTriedAt ??= at;
    const { id: eventId, type, userId, attempt } = event;
    const status = await poster.post(url, JSON.stringify(body));
    if (this.#closed) return;
    delivered({ eventId, type, ...(userId !== undefined && { userId }), attempt, at, body, status });
    if (this.#lanes.get(lane.key) !== lane) return;
    lane.state = 'idle';
    if (status === 200) {
      event.copies -= 1;
      if (event.copies <= 0) this.#drop(lane);
      this.#wake(lane);
    } else {
      this.#waitToRepeat(lane, event);
    }
  }

  #waitToRepeat(lane: Lane, event: WebhookEvent): void {
    const { firstMs, longestMs } = this.#ports.retry;
    lane.state = 'waiting';
    lane.cancelTimer = this.#ports.clock.after(Math.min(longestMs, firstMs * 2 ** (event.attempt - 1)), () => {
      lane.state = 'idle';
      this.#wake(lane);
    });
  }

  #isTooOld(event: WebhookEvent): boolean {
    const now = this.#ports.clock.now();
    if (event.firstTriedAt === null) return now - event.createdAt > KEEP_MS;
    return now - event.firstTriedAt > this.#ports.retry.giveUpAfterMs;
  }

  #drop(lane: Lane): void {
    lane.events.shift();
    if (lane.events.length === 0) this.#lanes.delete(lane.key);
    this.#pending -= 1;
    if (this.#pending === 0) this.#ports.drained();
  }
}

/** Posts JSON to a webhook's URL. */
interface WebhookPost {
  /** The status, or `null` when the receiver did not answer in time, or not at all. Never rejects. */
  post(url: string, body: string): Promise<number | null>;
  /** Cuts what is under way. */
  close(): Promise<void>;
}

/**
 * Redirects are not followed: to LiveTex only 200 is a receipt. The time-out is real time, whatever clock the emulator
 * runs on: a test that moves its clock must not cut a request that is on the wire.
 */
export function createWebhookPost(timeoutMs: number): WebhookPost {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const closing = new AbortController();
  return {
    async post(url, body) {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      try {
        const answer = await request(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          dispatcher: agent,
          signal: AbortSignal.any([late.signal, closing.signal]),
        });
        await answer.body.dump();
        return answer.statusCode;
      } catch {
        // Refused, reset or too late are one thing to LiveTex: the event was not acknowledged.
        return null;
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}
