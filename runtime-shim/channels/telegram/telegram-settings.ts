/** A channel of Telegram in the configuration. */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { addressSchema, commonSettings } from '../channel-settings.ts';
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

export const telegramSettingsSchema = z
  .strictObject({
    kind: z.literal('telegram'),
    token: tokenSchema,
    mode: z.enum(['poll', 'webhook']).default('poll'),
    secret: secretSchema.optional(),
    baseUrl: addressSchema.default(TELEGRAM_BASE_URL),
    ...commonSettings,
  })
  .refine(({ mode, secret }) => mode === 'poll' || secret !== undefined, {
    path: ['secret'],
    message: spoken({
      en: 'is needed with "mode": "webhook": without it anybody could speak as Telegram',
      ru: 'нужен при "mode": "webhook": без него кто угодно писал бы от имени Telegram',
    }),
  });
