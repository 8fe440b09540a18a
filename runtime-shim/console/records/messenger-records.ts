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
  /** `given`: it stands in the configuration file, and is changed there only. */
  source: z.enum(['given', 'stored']),
  /** To be sent back with a change: whoever changed it meanwhile is seen. `null`: of the file. */
  version: z.int().nullable(),
  /** `removed`: its code stays its bot's. `unreadable`: sealed with another key, or of another version of the program. */
  state: z.enum(['active', 'rests', 'removed', 'unreadable']),
  /** Names of the secrets that it has. */
  secrets: z.array(z.string()),
  /** What else is said of it and may be seen. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  /** Where the messenger is to post its events; `null`: nowhere. */
  webhookUrl: z.string().nullable(),
  ready: z.boolean(),
  reasons: z.array(z.string()),
  /** Messages that wait to be sent, and until when (Unix ms) all of them are held back and why. */
  waiting: z.int(),
  paused: z.object({ until: z.number(), reason: z.string() }).nullable(),
});
export const messengerListSchema = z.object({
  channels: z.array(messengerSchema),
  /** Can channels be put here while the server runs? */
  changeable: z.boolean(),
  /** Are secrets of such channels stored sealed? */
  sealed: z.boolean(),
  bots: z.array(z.string()),
});
export type MessengerListView = z.infer<typeof messengerListSchema>;
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
