import { codeOf, messageOf } from '../contract/coded-error.ts';
import type { WebhookEvent } from '../contract/livetex-webhook.ts';
import { traceparentSchema } from '../contract/events.ts';
import type { Origin } from '../contract/host.ts';
import type { WebhookAnswer, WebhookHeaders, WebhookPeer } from '../contract/plugin.ts';
import { fromOrigin } from '../core/origin.ts';
import { createKeyGuard } from '../webhook/key-guard.ts';
import { readWebhook, type WebhookReading } from '../webhook/read-webhook.ts';
import { LAST_EVENTS } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { createRefusalLog } from './refusal-log.ts';
import { receivedWebhook, reportWebhook, takeWebhook } from './take-webhook.ts';

/** An address may come from a header that anybody writes; an IPv6 address has 45 signs. */
const MAX_SHOWN_ADDRESS = 64;
/** How often the time of the last event is written down, ms: for people who look whether LiveTex still posts. */
const LAST_EVENT_EVERY_MS = 60_000;
/** Unknown types logged, at most. Our choice: only whoever has the key can send one, but a log must not grow by it. */
const MAX_UNKNOWN_TYPES = 100;

/**
 * Takes what LiveTex posts: decided in the transaction that stores it, before the answer is 200. So what LiveTex was told 200
 * for is in force for everything that follows. Whatever means nothing to us is acknowledged all the same.
 */
export function createReceiveWebhook(
  context: PluginContext,
): (bindingId: string, bytes: Uint8Array, headers: WebhookHeaders, peer?: WebhookPeer) => Promise<WebhookAnswer> {
  const unknownTypes = new Set<string>();
  const guard = createKeyGuard({ clock: context.clock });
  const refusals = createRefusalLog(context);
  const lastEvents = new Map<string, number>();

  return async (bindingId, bytes, headers, peer) => {
    const binding = context.bindings.get(bindingId);
    if (binding === undefined) return refusal(404, 'not_found', 'there is no such binding');
    const waitMs = peer === undefined ? 0 : guard.waitMs(peer.address);
    if (waitMs > 0) {
      // Not logged: the wrong keys that led here were, and a flood must not become a flood of lines.
      count(binding, 'rate_limited');
      const headers = { 'retry-after': String(Math.ceil(waitMs / 1_000)) };
      return { ...refusal(429, 'rate_limited', 'too many wrong keys: wait'), headers };
    }
    const reading = readWebhook(bytes, binding.config.webhook);
    if (peer !== undefined) noteKey(reading, peer.address);
    if (reading.outcome === 'refused') {
      count(binding, reading.reason);
      const { status, log: reason } = reading;
      const address = peer?.address.slice(0, MAX_SHOWN_ADDRESS);
      const key = `${binding.id} ${reading.reason} ${address ?? ''}`;
      refusals.note(key, 'warn', 'webhook refused', { binding: binding.id, status, reason, address });
      // Why a key is not taken is told to the log only.
      const code = reading.status === 401 ? 'unauthorised' : reading.reason;
      return refusal(reading.status, code, reading.problem);
    }
    if (reading.outcome === 'unknown_type') {
      count(binding, 'unknown_type');
      logUnknown(binding, reading.type);
      return TAKEN;
    }
    const traceparent = traceparentSchema.safeParse(headers['traceparent']).data;
    const trace = traceparent === undefined ? {} : { traceparent };
    const origin = { binding: binding.id, livetexEvent: reading.event.id, ...trace };
    return fromOrigin(origin, () => take(binding, reading.event, origin));
  };

  /** A key is judged only in a body that could be read; what is wrong beside a right key is no guess. */
  function noteKey(reading: WebhookReading, address: string): void {
    const reason = reading.outcome === 'refused' ? reading.reason : undefined;
    if (reason === 'key_wrong') guard.failed(address);
    else if (reason === undefined || reason === 'not_an_event' || reason === 'fields_invalid') guard.succeeded(address);
  }

  async function take(binding: Binding, event: WebhookEvent, origin: Origin): Promise<WebhookAnswer> {
    const now = context.clock.now();
    // Memory only, and LiveTex writes one for each conversation: the next question asks it once.
    if (event.type === 'EmployeeAvailabilityChanged') binding.client.outdateAvailability?.();
    const received = receivedWebhook(context, binding, event, now);
    const isNews = Math.abs(now - (lastEvents.get(binding.id) ?? 0)) >= LAST_EVENT_EVERY_MS;
    try {
      const outcome =
        received === undefined
          ? 'ignored'
          : await context.storage.transaction((tx) =>
              // Storage may run it in a turn of somebody else's.
              fromOrigin(origin, async () => {
                if (isNews) await tx.putRecord(LAST_EVENTS, binding.id, now);
                return takeWebhook(tx, context, received);
              }),
            );
      if (isNews) lastEvents.set(binding.id, now);
      reportWebhook(context, binding.id, event, outcome);
      return TAKEN;
    } catch (error) {
      count(binding, 'not_stored');
      const facts = { binding: binding.id, type: event.type, error: messageOf(error) };
      refusals.note(`${binding.id} not stored ${codeOf(error) ?? ''}`, 'error', 'webhook not stored', facts);
      return refusal(503, 'not_stored', 'the event was not stored: send it again');
    }
  }

  function logUnknown(binding: Binding, type: string): void {
    if (unknownTypes.has(type) || unknownTypes.size >= MAX_UNKNOWN_TYPES) return;
    unknownTypes.add(type);
    context.logger.warn('webhook of an unknown type, acknowledged', { binding: binding.id, type });
  }

  function count(binding: Binding, outcome: string): void {
    context.counters.add('livetex_webhooks_total', { binding: binding.id, outcome });
  }
}

const TAKEN: WebhookAnswer = { status: 200, body: JSON.stringify({ ok: true }) };

/** In the form in which the platform's own addresses refuse. */
function refusal(status: WebhookAnswer['status'], code: string, message: string): WebhookAnswer {
  return { status, body: JSON.stringify({ error: { code, message } }) };
}
