/** A channel of Telegram in the configuration. */
import { z } from 'zod';
import { isHttpUrl } from '../../../plugin/contract/message.ts';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { TELEGRAM_BASE_URL } from './telegram-driver.ts';

/** `<bot's number>:<secret>`, as @BotFather gives it. */
const tokenSchema = z.string().regex(
  /^\d{1,20}:[\w-]{1,256}$/,
  spoken({
    en: 'must be a token of @BotFather, such as "123456:ABC…"',
    ru: 'здесь нужен токен от @BotFather вида "123456:ABC…"',
  }),
);

/** Telegram's rule (setWebhook, secret_token); shorter than 16 could be guessed. */
const secretSchema = z.string().regex(
  /^[\w-]{16,256}$/,
  spoken({
    en: 'must have 16 to 256 letters, digits, "_" and "-"',
    ru: 'здесь нужно от 16 до 256 латинских букв, цифр, "_" и "-"',
  }),
);

const addressSchema = z
  .string()
  .max(2_048)
  .refine(
    (value) => isHttpUrl(value) && new URL(value).search === '' && new URL(value).hash === '',
    spoken({ en: 'must be a whole http: or https: address', ru: 'здесь нужен полный адрес http: или https:' }),
  );

export const telegramSettingsSchema = z
  .strictObject({
    kind: z.literal('telegram'),
    token: tokenSchema,
    mode: z.enum(['poll', 'webhook']).default('poll'),
    secret: secretSchema.optional(),
    baseUrl: addressSchema.default(TELEGRAM_BASE_URL),
    proxy: addressSchema.optional(),
    bot: z.string().min(1).optional(),
    onUnknown: z.enum(['repeat', 'drop']).default('repeat'),
    watchSeconds: z.int().min(5).max(86_400).default(600),
  })
  .refine(({ mode, secret }) => mode === 'poll' || secret !== undefined, {
    path: ['secret'],
    message: spoken({
      en: 'is needed with "mode": "webhook": without it anybody could speak as Telegram',
      ru: 'нужен при "mode": "webhook": без него кто угодно писал бы от имени Telegram',
    }),
  });
