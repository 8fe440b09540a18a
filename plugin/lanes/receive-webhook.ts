import { messageOf } from '../contract/coded-error.ts';
import { leadOf } from '../contract/lead.ts';
import type { WebhookEvent } from '../contract/livetex-webhook.ts';
import type { WebhookAnswer, WebhookPeer } from '../contract/plugin.ts';
import { fromWebhook } from '../dialog/from-webhook.ts';
import type { Transaction } from '../storage/contract.ts';
import { createKeyGuard, readWebhook, type WebhookReading } from '../webhook/index.ts';
import type { Binding } from './bindings.ts';
import { readDialog } from './dialog-record.ts';
import type { PluginParts } from './plugin-parts.ts';
import { dialogLane } from './queue-names.ts';
import { stepOrEnqueue } from './step-dialog.ts';

const WEBHOOK_SCOPE = 'livetex-webhooks';
/** Unknown types logged, at most. Ours: only whoever has the key can send one, but a log must not grow by it. */
const MAX_UNKNOWN_TYPES = 100;

type Stored = 'stored' | 'duplicate' | 'ignored';

/** Takes what LiveTex posts: stored before the answer is 200; whatever means nothing to us is acknowledged all the same. */
export function createReceiveWebhook(
  parts: PluginParts,
): (bindingId: string, bytes: Uint8Array, peer?: WebhookPeer) => Promise<WebhookAnswer> {
  const unknownTypes = new Set<string>();
  const guard = createKeyGuard({ clock: parts.clock });

  return async (bindingId, bytes, peer) => {
    const binding = parts.bindings.get(bindingId);
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
      parts.logger.warn('webhook refused', { binding: binding.id, status: reading.status, reason: reading.log });
      // Why a key is not taken is told to the log only.
      const code = reading.status === 401 ? 'unauthorised' : reading.reason;
      return refusal(reading.status, code, reading.problem);
    }
    if (reading.outcome === 'unknown_type') {
      count(binding, 'unknown_type');
      logUnknown(binding, reading.type);
      return TAKEN;
    }
    return take(binding, reading.event);
  };

  /** A key is judged only in a body that could be read; what is wrong beside a right key is no guess. */
  function noteKey(reading: WebhookReading, address: string): void {
    const reason = reading.outcome === 'refused' ? reading.reason : undefined;
    if (reason === 'key_wrong') guard.failed(address);
    else if (reason === undefined || reason === 'not_an_event' || reason === 'fields_invalid') guard.succeeded(address);
  }

  async function take(binding: Binding, event: WebhookEvent): Promise<WebhookAnswer> {
    let outcome: Stored;
    try {
      outcome = await store(binding, event);
    } catch (error) {
      count(binding, 'not_stored');
      parts.logger.error('webhook not stored', { binding: binding.id, type: event.type, error: messageOf(error) });
      return refusal(503, 'not_stored', 'the event was not stored: send it again');
    }
    count(binding, outcome);
    if (outcome !== 'stored') tell(binding, event, outcome);
    parts.logger.debug('webhook', { binding: binding.id, type: event.type, id: event.id, ...userOf(event), outcome });
    return TAKEN;
  }

  function tell(binding: Binding, event: WebhookEvent, outcome: Stored): void {
    parts.observe({ kind: 'webhook', at: parts.clock.now(), binding: binding.id, ...userOf(event), event, outcome });
  }

  /** What an event means is done or put into its dialog's lane, once per id, in one transaction. */
  async function store(binding: Binding, event: WebhookEvent): Promise<Stored> {
    const dialogEvent = fromWebhook(event, parts.clock.now());
    if (dialogEvent === undefined || !('user_id' in event)) return 'ignored';
    const userId = String(event.user_id);
    const lead = leadOf(userId);
    if (lead === undefined || !parts.bindings.takesBot(binding, lead.botId)) return 'ignored';

    const lane = dialogLane(binding.id, userId);
    return parts.storage.transaction(async (tx): Promise<Stored> => {
      const isOurs = parts.bindings.of(lead) === binding || (await isOpen(tx, lane));
      if (!isOurs) return 'ignored';
      const seen = await tx.remember(`${WEBHOOK_SCOPE}/${binding.id}`, event.id, event.type);
      if (seen !== undefined) return 'duplicate';
      // Before what it leads to, so that people read cause and effect in this order; inside the transaction as that is.
      tell(binding, event, 'stored');
      await stepOrEnqueue(tx, parts, { binding, userId, event: dialogEvent });
      return 'stored';
    });
  }

  /** A dialog handed over before its lead was given to another binding, or to none, must still be able to end. */
  async function isOpen(tx: Transaction, lane: string): Promise<boolean> {
    return (await readDialog(tx, lane)).state.mode !== 'bot';
  }

  function logUnknown(binding: Binding, type: string): void {
    if (unknownTypes.has(type) || unknownTypes.size >= MAX_UNKNOWN_TYPES) return;
    unknownTypes.add(type);
    parts.logger.warn('webhook of an unknown type, acknowledged', { binding: binding.id, type });
  }

  function count(binding: Binding, outcome: string): void {
    parts.counters.add('livetex_webhooks_total', { binding: binding.id, outcome });
  }
}

function userOf(event: WebhookEvent): { readonly userId?: string } {
  return 'user_id' in event && typeof event.user_id === 'string' ? { userId: event.user_id } : {};
}

const TAKEN: WebhookAnswer = { status: 200, body: JSON.stringify({ ok: true }) };

/** In the form in which the platform's own addresses refuse. */
function refusal(status: WebhookAnswer['status'], code: string, message: string): WebhookAnswer {
  return { status, body: JSON.stringify({ error: { code, message } }) };
}
