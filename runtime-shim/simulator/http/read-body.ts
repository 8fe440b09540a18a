import type { IncomingMessage } from 'node:http';

/** Longest body of a command: the longest message (100,000 UTF-16 units) in UTF-8, with room for its attachments. */
const MAX_BODY_BYTES = 512 * 1024;

/** A request's body as parsed JSON; `too_large` or `not_json` when it is not that. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ readonly value: unknown } | { readonly problem: 'too_large' | 'not_json' }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read on to the end without keeping it, so that the answer reaches a client that writes before it reads.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) return { problem: 'too_large' };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { problem: 'not_json' };
  }
}
