/** `POST /api/v1/bots/<botId>/call/<alias>`: an endpoint of the bot folder. */
import { z } from 'zod';
import { endpointBodySchema } from '../runtime/call-endpoint.ts';
import { answerError, answerJson } from './answer.ts';
import { type BodyBudget, jsonOf, takeBody } from './read-body.ts';
import type { Route } from './routes.ts';
import type { ServerPorts } from './server-ports.ts';

/** Largest body. Our choice: it goes into a script's memory. */
const MAX_BODY_BYTES = 256 * 1024;

export function endpointRoutes({ runtime }: Pick<ServerPorts, 'runtime'>, bodies: BodyBudget): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/bots/{botId}/call/{alias}',
      access: 'api',
      summary: 'Calls a script of the bot: what it returns is the answer',
      params: z.object({ botId: z.string(), alias: z.string() }),
      body: endpointBodySchema,
      answers: {
        200: { description: 'what the script returned', schema: z.unknown() },
        400: { description: 'the body is not JSON, or not as it should be' },
        404: { description: 'no such bot, endpoint or lead' },
        500: { description: 'the script failed: its code and words' },
        503: { description: 'too much is going on: call it again' },
      },
      async answer({ request, response, params }) {
        const { botId, alias = '' } = params;
        const tooLarge = { code: 'too_large', message: `a call has at most ${MAX_BODY_BYTES} bytes` };
        const bytes = await takeBody(request, response, { maxBytes: MAX_BODY_BYTES, bodies, tooLarge });
        if (bytes === undefined) return;
        const bot = runtime.bots.find((one) => one.botId === botId);
        if (bot === undefined) {
          return answerError(response, 404, { code: 'not_found', message: 'there is no such bot' });
        }
        const json = bytes.byteLength === 0 ? { ok: true as const, value: {} } : jsonOf(bytes);
        if (!json.ok)
          return answerError(response, 400, { code: 'bad_request', message: `the body is ${json.problem}` });
        const { status, body } = await bot.call(alias, json.value);
        if (status === 503) response.setHeader('retry-after', '1');
        answerJson(response, status, body);
      },
    },
  ];
}
