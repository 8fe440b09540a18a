import { Agent, request } from 'undici';

/** Posts JSON to a webhook's URL. */
export interface WebhookPost {
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
