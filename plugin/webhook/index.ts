/** What LiveTex posts: bytes in, a verified event out. Knows no HTTP server (`plugin/README.md`). */
export { createKeyGuard } from './key-guard.ts';
export { MAX_WEBHOOK_BYTES, readWebhook, type WebhookReading } from './read-webhook.ts';
