import type { LiveTexEmulator, WebhookDelivery } from '../../emulator/emulator-contract.ts';
import type { EntryDraft } from '../timeline/entry-draft.ts';

/** HTTP's answer that LiveTex takes for "stored". */
const STORED = 200;

/**
 * Finds the webhook tries that nobody acknowledged (the runtime is being restarted): the plugin cannot tell of them,
 * since it never saw them.
 */
export class FailedWebhooks {
  readonly #emulator: LiveTexEmulator;
  #lastAt = 0;
  /** Tries at the very time of the last look, so that none is told twice. */
  #told = new Set<string>();

  constructor(emulator: LiveTexEmulator) {
    this.#emulator = emulator;
  }

  /** The failed tries since the last call. */
  take(): EntryDraft[] {
    const fresh: WebhookDelivery[] = [];
    for (const delivery of this.#emulator.webhooks.deliveries().toReversed()) {
      if (delivery.at < this.#lastAt) break;
      const key = `${delivery.eventId} ${delivery.attempt} ${delivery.at}`;
      if (delivery.status !== STORED && !this.#told.has(key)) fresh.unshift(delivery);
    }
    for (const delivery of fresh) {
      if (delivery.at > this.#lastAt) this.#told = new Set();
      this.#lastAt = Math.max(this.#lastAt, delivery.at);
      this.#told.add(`${delivery.eventId} ${delivery.attempt} ${delivery.at}`);
    }
    return fresh.map(draftOf);
  }
}

function draftOf(delivery: WebhookDelivery): EntryDraft {
  const { type, attempt, status, at, body } = delivery;
  return {
    at,
    ...(delivery.userId === undefined ? {} : { userId: delivery.userId }),
    level: 'warn',
    facts: { kind: 'webhook_failed', type, attempt, status },
    detail: { event: body },
  };
}
