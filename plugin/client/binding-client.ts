import { z } from 'zod';
import { answerSchema, answerSchemas } from '../contract/livetex-api.ts';
import type { createAvailability } from './availability.ts';
import type { BindingClient } from './contract.ts';
import type { LiveTexRequest } from './request.ts';

/**
 * What an accepted message must say: only that it was accepted. Were a missing or odd `message_id` a failure, the lane
 * would send the text again and again, and the operator would read each copy.
 */
const acceptedSchema = answerSchema.extend({
  message_id: z
    .union([z.string(), z.number().transform(String)])
    .optional()
    .catch(undefined),
});

/** The documentation has an empty `url` when no webhook is set; a server that leaves it out means the same. */
const webhookSettingsSchema = answerSchema.extend({ url: z.string().optional() });

/** LiveTex's methods as functions (`livetex.github.io/messaging-api`). */
export function createBindingClient(
  request: LiveTexRequest,
  availability: ReturnType<typeof createAvailability>,
): BindingClient {
  return {
    async getDestinations(signal) {
      const answer = await request({ method: 'getDestinations', signal }, answerSchemas.getDestinations);
      return answer.destinations;
    },
    async selectDestination(body, signal) {
      await request({ method: 'selectDestination', body, signal }, answerSchemas.selectDestination);
    },
    async sendText(body, signal) {
      const answer = await request({ method: 'sendText', body, signal }, acceptedSchema);
      return { messageId: answer.message_id ?? '' };
    },
    async sendFile(body, signal) {
      const answer = await request({ method: 'sendFile', body, signal }, acceptedSchema);
      return { messageId: answer.message_id ?? '' };
    },
    async setWebhook(body, signal) {
      await request({ method: 'setWebhook', body, signal }, answerSchemas.setWebhook);
    },
    async getWebhookSettings(signal) {
      const answer = await request({ method: 'getWebhookSettings', signal }, webhookSettingsSchema);
      return { url: answer.url ?? '' };
    },
    async getCurrentDestination(userId, signal) {
      const body = { user_id: userId };
      const answer = await request(
        { method: 'getCurrentDestination', body, signal },
        answerSchemas.getCurrentDestination,
      );
      return answer.destination;
    },
    async getHistory(body, signal) {
      const answer = await request({ method: 'getHistory', body, signal }, answerSchemas.getHistory);
      return answer.messages;
    },
    ...availability,
  };
}
