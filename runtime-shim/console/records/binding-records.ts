/** What crosses between the console's routes and its page: bindings. */
import { z } from 'zod';

/** As in the configuration file, without the secrets; the page's form knows what else there is. */
const settingsSchema = z.looseObject({
  channelName: z.string(),
  botMessageHeader: z.string(),
  leadMessageHeader: z.string(),
  excludedChannels: z.array(z.string()),
});
export const bindingSchema = z.object({
  id: z.string(),
  /** `given`: it stands in the configuration file, and is changed there only. */
  source: z.enum(['given', 'stored']),
  state: z.enum(['active', 'leaving']),
  /** To be sent back with a change: whoever changed it meanwhile is seen. `null`: of the file. */
  version: z.int().nullable(),
  /** The last four characters of the token. */
  tokenEnd: z.string(),
  settings: settingsSchema,
  /** Where LiveTex is to post its events; `null`: nowhere. */
  webhookUrl: z.string().nullable(),
  ready: z.boolean(),
  reasons: z.array(z.string()),
});
export type BindingView = z.infer<typeof bindingSchema>;

export const bindingListSchema = z.object({
  bindings: z.array(bindingSchema),
  /** What a binding is that says nothing else than its token. */
  defaults: z.looseObject({}),
  /** Codes of the messengers that this server has: they may be excluded too. */
  channels: z.array(z.string()),
  /** `http.publicUrl` of the configuration. */
  publicUrl: z.string().nullable(),
});
export type BindingListView = z.infer<typeof bindingListSchema>;

export const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  problem: z.string().optional(),
  advice: z.string().optional(),
  ru: z.object({ problem: z.string(), advice: z.string() }).optional(),
});
export type CheckView = z.infer<typeof checkSchema>;
