/** What every kind of channel may have in the configuration. */
import { z } from 'zod';
import { isHttpUrl } from '../../plugin/contract/message.ts';
import { spoken } from '../../plugin/contract/issue-words.ts';

export const addressSchema = z
  .string()
  .max(2_048)
  .refine(
    (value) => isHttpUrl(value) && new URL(value).search === '' && new URL(value).hash === '',
    spoken({ en: 'must be a whole http: or https: address', ru: 'здесь нужен полный адрес http: или https:' }),
  );

export const commonSettings = {
  proxy: addressSchema.optional(),
  bot: z.string().min(1).optional(),
  onUnknown: z.enum(['repeat', 'drop']).default('repeat'),
  watchSeconds: z.int().min(5).max(86_400).default(600),
  rests: z.boolean().default(false),
} as const;
