/** A channel of MAX in the configuration. */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { addressSchema, commonSettings } from '../channel-settings.ts';
import { MAX_BASE_URL } from './max-driver.ts';

/** It stands in a header: only what may stand there. */
const tokenSchema = z.string().regex(
  /^[\x21-\x7E]{1,1024}$/,
  spoken({
    en: 'must be the token of a bot, as business.max.ru shows it: no spaces',
    ru: 'здесь нужен токен бота с business.max.ru, без пробелов',
  }),
);

/** MAX takes 5 to 256 of these (POST /subscriptions); shorter than 16 could be guessed. */
const secretSchema = z.string().regex(
  /^[\w-]{16,256}$/,
  spoken({
    en: 'must have 16 to 256 letters, digits, "_" and "-"',
    ru: 'здесь нужно от 16 до 256 латинских букв, цифр, "_" и "-"',
  }),
);

export const maxSettingsSchema = z.strictObject({
  kind: z.literal('max'),
  token: tokenSchema,
  mode: z.enum(['webhook', 'poll']).default('webhook'),
  secret: secretSchema.optional(),
  baseUrl: addressSchema.default(MAX_BASE_URL),
  /** A file with certificates in PEM form. */
  ca: z.string().min(1).optional(),
  ...commonSettings,
});
