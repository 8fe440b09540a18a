/** `/api/channels/<channel>/leads/<externalId>`: a lead's messages and state, for its channel. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { same } from '../../plugin/contract/text.ts';
import { shimError } from '../errors.ts';
import { transcriptLineSchema } from '../leads/transcript.ts';
import { leadMessageBodySchema } from '../runtime/lead-message.ts';
import { answerError, answerJson } from './answer.ts';
import { afterOf, streamMessages, wantsStream } from './message-stream.ts';
import { type BodyBudget, jsonOf, takeBody } from './read-body.ts';
import type { HttpCall, Route } from './routes.ts';
import type { BotRuntime, TranscriptPage } from '../runtime/contract.ts';
import type { ServerPorts } from './server-ports.ts';

/** Largest lead message: its text is bounded far below, so that a larger one is refused with words. */
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024;

const paramsSchema = z.object({ channel: z.string(), externalId: z.string() });
const lineSchema = transcriptLineSchema.extend({ seq: z.int(), at: z.number() });
const viewSchema = z.object({
  lead: z.object({
    botId: z.string(),
    channel: z.string(),
    externalId: z.string(),
    id: z.string(),
    name: z.string().nullable(),
    tags: z.array(z.string()),
  }),
  attributes: z.record(z.string(), z.string()),
  systemAttributes: z.record(z.string(), z.unknown()),
  dialog: z.object({
    mode: z.enum(['bot', 'transferring', 'waiting', 'operator']),
    transfer: z.int(),
    operator: z.object({ id: z.string(), name: z.string() }).nullable(),
    forwarded: z.boolean(),
    binding: z.string().nullable(),
    pending: z
      .object({
        messageLeft: z.boolean(),
        reason: z.string().nullable(),
        group: z.string().nullable(),
        since: z.number().nullable(),
        textsRead: z.int(),
      })
      .optional(),
  }),
  scheduled: z.array(z.object({ n: z.int(), script: z.string(), at: z.int(), everySec: z.number().optional() })),
});

export interface LeadRoutesOptions {
  readonly ports: ServerPorts;
  readonly bodies: BodyBudget;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** Those of the first bot, and the same of each bot by its id. */
export function leadRoutes(options: LeadRoutesOptions): Route[] {
  const { runtime } = options.ports;
  return [
    ...routesUnder('/api', {}, options, () => runtime),
    ...routesUnder('/api/bots/{botId}', { botId: z.string() }, options, ({ botId }) =>
      runtime.bots.find((bot) => bot.botId === botId),
    ),
  ];
}

function routesUnder(
  under: string,
  more: { readonly botId?: z.ZodString },
  options: LeadRoutesOptions,
  botOf: (params: HttpCall['params']) => BotRuntime | undefined,
): Route[] {
  const lead = {
    path: `${under}/channels/{channel}/leads/{externalId}`,
    access: 'api',
    hot: true,
    params: paramsSchema.extend(more),
  } as const;
  const messages = { ...lead, path: `${lead.path}/messages` } as const;
  /** Answers for the bot of the address. */
  const ofBot =
    (answer: (call: HttpCall, bot: BotRuntime) => void | Promise<void>): Route['answer'] =>
    (call) => {
      const bot = botOf(call.params);
      if (bot !== undefined) return answer(call, bot);
      answerError(call.response, 404, { code: 'not_found', message: 'there is no such bot' });
    };
  return [
    {
      ...lead,
      method: 'GET',
      summary: "A lead's attributes and dialog",
      answers: { 200: { description: 'the lead', schema: viewSchema }, 404: { description: 'no such lead' } },
      answer: ofBot(async ({ response, params }, bot) => {
        const { channel, externalId } = addressOf(params);
        const view = await bot.lead(channel, externalId);
        if (view !== undefined) return answerJson(response, 200, view);
        answerError(response, 404, { code: 'not_found', message: 'there is no such lead' });
      }),
    },
    {
      ...messages,
      method: 'GET',
      summary: 'The transcript behind a number; as server-sent events with Accept: text/event-stream',
      query: z.object({ after: z.string().optional() }),
      answers: { 200: { description: 'lines in order', schema: z.object({ messages: z.array(lineSchema) }) } },
      answer: ofBot((call, bot) => answerMessages(call, bot, options)),
    },
    {
      ...messages,
      method: 'POST',
      summary: 'A message of the lead',
      body: leadMessageBodySchema,
      answers: { 202: { description: 'stored', schema: z.object({ id: z.string() }) } },
      answer: ofBot(({ request, response, params }, bot) =>
        takeMessage(request, response, bot, options, addressOf(params)),
      ),
    },
  ];
}

/** A lead as the address names it. */
interface Address {
  readonly channel: string;
  readonly externalId: string;
}

function addressOf({ channel = '', externalId = '' }: HttpCall['params']): Address {
  return { channel, externalId };
}

async function answerMessages(
  { request, response, params, query }: HttpCall,
  bot: BotRuntime,
  { ports, closing }: LeadRoutesOptions,
): Promise<void> {
  const after = afterOf(request, query);
  const { channel, externalId } = addressOf(params);
  const read = (seq: number, page?: TranscriptPage): ReturnType<BotRuntime['messages']> =>
    bot.messages(channel, externalId, seq, page);
  if (wantsStream(request))
    return streamMessages(response, { ports, botId: bot.botId, closing, read, after, channel, externalId });
  answerJson(response, 200, { messages: await read(after) });
}

async function takeMessage(
  request: IncomingMessage,
  response: ServerResponse,
  bot: BotRuntime,
  { bodies }: LeadRoutesOptions,
  address: Address,
): Promise<void> {
  const tooLarge = { code: 'too_large', message: `a message has at most ${MAX_MESSAGE_BYTES} bytes` };
  const bytes = await takeBody(request, response, { maxBytes: MAX_MESSAGE_BYTES, bodies, tooLarge });
  if (bytes === undefined) return;
  const message = parseBody(bytes);
  if (typeof message === 'string') {
    return answerError(response, 400, { code: 'message_invalid', message, problems: [message] });
  }
  const stored = await bot.receive({ ...message, ...address });
  answerJson(response, 202, stored);
}

/** The body as an object, or what is wrong with it. The runtime looks at what it holds. */
function parseBody(bytes: Uint8Array): object | string {
  const json = jsonOf(bytes);
  if (!json.ok) return `the body is ${json.problem}`;
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return 'the body must be a JSON object';
  }
  // The address says who the lead is: a body that says it again could say something else.
  const twice = ['channel', 'externalId'].filter((key) => Object.hasOwn(json.value as object, key));
  if (twice.length > 0) {
    throw shimError('message_invalid', { problems: twice.map((key) => same(`${key}: belongs into the address only`)) });
  }
  return json.value;
}
