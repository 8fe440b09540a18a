import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import { answerBusy, answerError, answerMethod, answerText, answerUnread } from './answer.ts';
import type { BodyBudget } from './body-budget.ts';
import { readBody } from './read-body.ts';

/** Largest webhook (public surface). */
const MAX_WEBHOOK_BYTES = 1024 * 1024;

export interface WebhookTarget {
  readonly plugin: RuntimePlugin<Transaction>;
  readonly bindingId: string;
  /** Who sent it; `undefined` when that cannot be known. */
  readonly address: string | undefined;
  readonly bodies: BodyBudget;
}

/** Hands a webhook's bytes and headers to the plugin, and its answer back. All that is about LiveTex is the plugin's. */
export async function serveWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  { plugin, bindingId, address, bodies }: WebhookTarget,
): Promise<void> {
  if (request.method !== 'POST') return answerMethod(response, ['POST']);
  const body = await readBody(request, MAX_WEBHOOK_BYTES, bodies);
  if (!body.ok) {
    if (body.reason === 'cut off') return;
    if (body.reason === 'busy') return answerBusy(request, response);
    const error = { code: 'too_large', message: `a webhook has at most ${MAX_WEBHOOK_BYTES} bytes` };
    return answerUnread(request, response, 413, error);
  }
  try {
    const peer = address === undefined ? undefined : { address };
    const answer = await plugin.webhook(bindingId, body.bytes, request.headers, peer);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    answerText(response, answer.status, 'application/json; charset=utf-8', answer.body);
  } catch {
    // Not stored, for whatever reason: LiveTex repeats it for 24 hours.
    answerError(response, 503, { code: 'not_stored', message: 'the event was not stored: send it again' });
  }
}
