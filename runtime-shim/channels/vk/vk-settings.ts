/** A channel of VK in the configuration. */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { addressSchema, commonSettings } from '../channel-settings.ts';
import { VK_BASE_URL } from './vk-driver.ts';

const tokenSchema = z.string().regex(
  /^[\x21-\x7E]{1,1024}$/,
  spoken({
    en: 'must be an access key of the community, from its settings, such as "vk1.a.…": no spaces',
    ru: 'здесь нужен ключ доступа сообщества из его настроек вида "vk1.a.…", без пробелов',
  }),
);

/** VK takes 50 characters at most (groups.addCallbackServer, secret_key); shorter than 8 could be guessed. */
const secretSchema = z.string().regex(
  /^[\w-]{8,50}$/,
  spoken({
    en: 'must have 8 to 50 letters, digits, "_" and "-"',
    ru: 'здесь нужно от 8 до 50 латинских букв, цифр, "_" и "-"',
  }),
);

const confirmationSchema = z.string().regex(
  /^[\w-]{1,64}$/,
  spoken({
    en: "must be the string that the community's settings of the Callback API show",
    ru: 'здесь нужна строка, которую показывают настройки Callback API сообщества',
  }),
);

const NEEDED = spoken({ en: 'is needed with "mode": "webhook"', ru: 'нужен при "mode": "webhook"' });

export const vkSettingsSchema = z
  .strictObject({
    kind: z.literal('vk'),
    token: tokenSchema,
    /** The community's number. */
    group: z.int().min(1),
    mode: z.enum(['webhook', 'poll']).default('webhook'),
    secret: secretSchema.optional(),
    confirmation: confirmationSchema.optional(),
    baseUrl: addressSchema.default(VK_BASE_URL),
    ...commonSettings,
  })
  .refine(({ mode, secret }) => mode === 'poll' || secret !== undefined, { path: ['secret'], message: NEEDED })
  .refine(({ mode, confirmation }) => mode === 'poll' || confirmation !== undefined, {
    path: ['confirmation'],
    message: NEEDED,
  });
