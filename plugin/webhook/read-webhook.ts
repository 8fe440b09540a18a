import { parseBoundedJson } from '../contract/bounded-json.ts';
import {
  anyWebhookEventSchema,
  type WebhookEvent,
  type WebhookEventType,
  webhookEventSchemas,
} from '../contract/livetex-webhook.ts';
import { parseTolerantly, problemsOf } from '../contract/parse-tolerantly.ts';
import { keyProblem } from './key-guard.ts';

/** Largest body, bytes (`docs/http.md`: 413 over 1 MiB). An operator's text is a few KB. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

/** The keys of a binding: `previousKey` is accepted as well while a key is being changed. */
export interface WebhookKeys {
  readonly key: string;
  readonly previousKey?: string | undefined;
}

/** Why a body was refused: one of a few words, fit for a metric's label. */
type WebhookRefusalReason =
  | 'too_large'
  | 'not_utf8'
  | 'not_json'
  | 'too_deep'
  | 'not_an_object'
  | 'key_not_configured'
  | 'key_missing'
  | 'key_wrong'
  | 'not_an_event'
  | 'fields_invalid';

interface WebhookRefusal {
  readonly outcome: 'refused';
  readonly status: 400 | 401 | 413;
  readonly reason: WebhookRefusalReason;
  /** For the answer: tells a caller without the key nothing about our settings. */
  readonly problem: string;
  /** For the maintainer's log. Without the key and without the body's texts. */
  readonly log: string;
}

export type WebhookReading =
  /** `webhook_key` is taken out, so that it gets into no row and no log. */
  | { readonly outcome: 'event'; readonly event: WebhookEvent }
  /** A type that LiveTex has added since: to be acknowledged, logged once, and nothing else. */
  | { readonly outcome: 'unknown_type'; readonly type: string; readonly id: string }
  | WebhookRefusal;

/**
 * Verifies and parses one webhook body.
 *
 * The key comes in the body, so the body is parsed first; but whatever is wrong inside it is told only to a caller who
 * has the key. A known type with missing or wrongly typed fields is refused with 400 and the paths, not acknowledged:
 * LiveTex repeats it for 24 h, which shows in the metrics, and the event is still there once we understand it.
 */
export function readWebhook(bytes: Uint8Array, keys: WebhookKeys | undefined): WebhookReading {
  if (bytes.byteLength > MAX_WEBHOOK_BYTES) {
    return refuse(413, 'too_large', `the body is larger than ${MAX_WEBHOOK_BYTES} bytes`);
  }
  const text = decode(bytes);
  if (text === undefined) return refuse(400, 'not_utf8', 'the body is not JSON: it is not UTF-8');
  const json = parseBoundedJson(text);
  if (!json.ok) {
    return json.problem === 'not JSON'
      ? refuse(400, 'not_json', 'the body is not JSON')
      : refuse(400, 'too_deep', 'the body is not JSON that can be taken: it is nested too deeply');
  }
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return refuse(400, 'not_an_object', 'the body is not a JSON object');
  }

  const { webhook_key: key, ...rest } = json.value as Record<string, unknown>;
  const wrongKey = keyProblem(key, keys);
  if (wrongKey) return refuse(401, wrongKey.reason, 'webhook_key is wrong or missing', wrongKey.log);
  return readEvent(isStorable(text) ? rest : (storableJson(rest) as Record<string, unknown>));
}

function readEvent(value: Readonly<Record<string, unknown>>): WebhookReading {
  const { type } = value;
  if (typeof type === 'string' && isKnown(type)) {
    const event = parseTolerantly(webhookEventSchemas[type], value);
    if (event.success) return { outcome: 'event', event: defined(event.data) };
    // Without an id it is no event of any type.
    return explain(value) ?? refuse(400, 'fields_invalid', `not a ${type}: ${problemsOf(event.error).join('; ')}`);
  }
  return explain(value) ?? { outcome: 'unknown_type', type: String(type), id: String(value['id']) };
}

/** Without the keys that have no value: storage keeps JSON only. */
function defined<Fields extends object>(fields: Fields): Fields {
  const kept = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    // A type that has no employee keeps whatever stands under that name.
    .map(([key, value]: [string, unknown]) => [
      key,
      key === 'employee' && typeof value === 'object' && value !== null && !Array.isArray(value)
        ? defined(value)
        : value,
    ]);
  return Object.fromEntries(kept) as Fields;
}

/** What makes a body no event at all. */
function explain(value: unknown): WebhookRefusal | undefined {
  const least = parseTolerantly(anyWebhookEventSchema, value);
  if (least.success) return undefined;
  return refuse(400, 'not_an_event', `not an event: ${problemsOf(least.error).join('; ')}`);
}

function isKnown(type: string): type is WebhookEventType {
  return Object.hasOwn(webhookEventSchemas, type);
}

/** Strict, unlike an answer's: a text with broken bytes would reach the lead as question marks. */
const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function refuse(
  status: WebhookRefusal['status'],
  reason: WebhookRefusalReason,
  problem: string,
  log: string = problem,
): WebhookRefusal {
  return { outcome: 'refused', status, reason, problem, log };
}

/**
 * Is what was parsed from this text storable as it is? A cheap look: in well-formed JSON, NUL and lone surrogates can only
 * come as escapes (RFC 8259, section 7).
 */
function isStorable(jsonText: string): boolean {
  return !jsonText.includes(String.raw`\u`) && !jsonText.includes('__proto__');
}

/**
 * A JSON value that every storage keeps and every peer can read: lone surrogates become U+FFFD, and NUL, which
 * PostgreSQL refuses in texts, is dropped; in keys too. A key `__proto__` is dropped: no event has one, and it is
 * only sent to poison an object that copies it.
 */
function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, item]) => [storableText(key), storableJson(item)]),
  );
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}
