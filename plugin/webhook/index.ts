/** What LiveTex posts: bytes in, a verified event out. Knows no HTTP server (`plugin/README.md`). */
export { createKeyGuard, type KeyGuard } from './key-guard.ts';
export {
  MAX_WEBHOOK_BYTES,
  readWebhook,
  type WebhookKeys,
  type WebhookReading,
  type WebhookRefusal,
  type WebhookRefusalReason,
} from './read-webhook.ts';
