/** `/webhook/<plugin>/<bindingId>`: hands bytes and headers to a plugin, and its answer back. */
import { z } from 'zod';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import { answerError, answerText } from './answer.ts';
import { type TrustedProxies, peerAddress } from './peer-address.ts';
import { type BodyBudget, takeBody } from './read-body.ts';
import type { HttpCall, Route } from './routes.ts';

/** Largest webhook: docs/http.md. */
const MAX_WEBHOOK_BYTES = 1024 * 1024;

export interface WebhookRoutesOptions {
  readonly plugins: ReadonlyArray<RuntimePlugin<Transaction>>;
  readonly trustedProxies: TrustedProxies;
  readonly bodies: BodyBudget;
}

/** One address for each plugin. All that is about LiveTex is the plugin's, the check of its key too. */
export function webhookRoutes(options: WebhookRoutesOptions): Route[] {
  return options.plugins.map((plugin) => ({
    method: 'POST',
    path: `/webhook/${plugin.name}/{bindingId}`,
    access: 'own',
    hot: true,
    summary: `An event of ${plugin.name}`,
    params: z.object({ bindingId: z.string() }),
    body: z.looseObject({}),
    answers: { 200: { description: 'stored, known already, or of an unknown type' } },
    answer: (call) => takeWebhook(call, plugin, options),
  }));
}

async function takeWebhook(
  { request, response, params }: HttpCall,
  plugin: RuntimePlugin<Transaction>,
  { trustedProxies, bodies }: WebhookRoutesOptions,
): Promise<void> {
  const address = peerAddress(request, trustedProxies);
  const tooLarge = { code: 'too_large', message: `a webhook has at most ${MAX_WEBHOOK_BYTES} bytes` };
  const bytes = await takeBody(request, response, { maxBytes: MAX_WEBHOOK_BYTES, bodies, tooLarge });
  if (bytes === undefined) return;
  try {
    const peer = address === undefined ? undefined : { address };
    const answer = await plugin.webhook(params['bindingId'] ?? '', bytes, request.headers, peer);
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    answerText(response, answer.status, 'application/json; charset=utf-8', answer.body);
  } catch {
    // Not stored, for whatever reason: LiveTex repeats it for 24 hours.
    answerError(response, 503, { code: 'not_stored', message: 'the event was not stored: send it again' });
  }
}
