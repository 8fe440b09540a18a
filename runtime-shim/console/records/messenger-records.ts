/** What crosses between the console's routes and its page: the channels that leads write from. */
import { z } from 'zod';
import { checkSchema } from './binding-records.ts';

export const messengerSchema = z.object({
  /** The channel's code. */
  code: z.string(),
  kind: z.string(),
  /** How messages come in; `page`: a chat on a site, whose messenger this server is. */
  mode: z.enum(['poll', 'webhook', 'page']),
  /** The bot that answers; `null`: the first one. */
  bot: z.string().nullable(),
  /** The last four characters of the token; empty: there is none. */
  tokenEnd: z.string(),
  /** What else the file says of it and may be seen. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  /** Where the messenger is to post its events; `null`: nowhere. */
  webhookUrl: z.string().nullable(),
  ready: z.boolean(),
  reasons: z.array(z.string()),
  /** Messages that wait to be sent, and until when (Unix ms) all of them are held back and why. */
  waiting: z.int(),
  paused: z.object({ until: z.number(), reason: z.string() }).nullable(),
});
export type MessengerView = z.infer<typeof messengerSchema>;

/** What the messenger itself says. */
export const inspectionSchema = z.object({
  /** The bot there: `@my_bot`. */
  account: z.string(),
  /** Where it posts to; `null`: nowhere. */
  registered: z.string().nullable(),
  checks: z.array(checkSchema),
});
export type InspectionView = z.infer<typeof inspectionSchema>;
