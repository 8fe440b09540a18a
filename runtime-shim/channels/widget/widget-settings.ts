/** A chat on a site in the configuration. */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';

/** An origin, as a browser writes it (`https://shop.example.com`): nothing behind it, or no browser would ever send it. */
const originSchema = z
  .string()
  .max(300)
  .refine(
    // It becomes a part of headers and of a page.
    (value) => /^https?:\/\/[\w.:[\]-]+$/.test(value) && URL.parse(value)?.origin === value,
    spoken({
      en: 'must be an origin without a path, such as "https://shop.example.com"',
      ru: 'здесь нужен адрес сайта без пути вида "https://shop.example.com"',
    }),
  );

export const widgetSettingsSchema = z.strictObject({
  kind: z.literal('widget'),
  origins: z.array(originSchema).max(100).default([]),
  identitySecret: z.string().min(16).max(500).optional(),
  bot: z.string().min(1).optional(),
  rests: z.boolean().default(false),
});
