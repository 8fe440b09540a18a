import type { ApiVersion } from '../../../plugin/contract/livetex-api.ts';
import { type EmulatedEvent, eventOnWire } from '../wire.ts';

/** What `setWebhook` stored. `url` is empty when none is set. */
export interface WebhookSettings {
  readonly url: string;
  readonly key: string;
  readonly eventTypes?: readonly string[];
  /** Events are written in the version that the webhook was set with. */
  readonly version: ApiVersion;
}

/** An event on its way. Its body is written at each try, for the settings of that moment. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly userId?: string;
  /** Events of one lane go one after the other. */
  readonly lane: string;
  /** Unix ms. */
  readonly createdAt: number;
  /** `null`: nothing to send with these settings. */
  readonly body: (settings: WebhookSettings) => Record<string, unknown> | null;
  /** How often it is still to be acknowledged: more than once under the fault "webhook_duplicate". */
  copies: number;
  attempt: number;
  /** Unix ms of the first try. */
  firstTriedAt: number | null;
}

/** A documented event. */
export function documentedEvent(id: string, what: EmulatedEvent, withFrom: boolean, now: number): WebhookEvent {
  return {
    ...fresh(id, what.type, now),
    userId: what.userId,
    lane: what.userId,
    body(settings) {
      if (settings.eventTypes && !settings.eventTypes.includes(what.type)) return null;
      if (what.type === 'EmployeeAvailabilityChanged' && settings.version === '1.0') return null;
      const { type, ...fields } = eventOnWire(settings.version, what, withFrom);
      return { type, id, webhook_key: settings.key, ...fields };
    },
  };
}

/** Any body as it is, in a lane of its own: a receiver that refuses it must not block a person's events. */
export function rawEvent(body: Readonly<Record<string, unknown>>, newId: () => string, now: number): WebhookEvent {
  const id = typeof body['id'] === 'string' ? body['id'] : newId();
  const type = typeof body['type'] === 'string' ? body['type'] : '';
  const userId = body['user_id'];
  return {
    ...fresh(id, type, now),
    ...(typeof userId === 'string' && { userId }),
    lane: `raw:${newId()}`,
    body: (settings) => ({ id, webhook_key: settings.key, ...body }),
  };
}

function fresh(id: string, type: string, now: number) {
  return { id, type, createdAt: now, copies: 1, attempt: 0, firstTriedAt: null };
}
