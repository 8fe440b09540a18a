import { z } from 'zod';
import { spoken } from './issue-words.ts';

/** Longest text of one message, in UTF-16 units. Our choice: messengers stop far below; it bounds a row of storage. */
export const MAX_TEXT_LENGTH = 100_000;
/** Most attachments of one message. Our choice. */
export const MAX_ATTACHMENTS = 20;
/** Longest link. Our choice: what browsers and proxies carry reliably. */
export const MAX_URL_LENGTH = 2_048;
/** Most buttons of one message. Our choice. */
const MAX_BUTTONS = 100;

/** Longest text of what a messenger is told beside a message, as JSON. Our choice. */
const MAX_PARAMS = 2_000;

/** Longest text of a button, and longest name of a file. */
export const MAX_BUTTON_TEXT = 1_000;
export const MAX_FILE_NAME = 255;

/** A link that a person may open: absolute, `http:` or `https:` only (`javascript:`, `file:` and `data:` are refused). */
export const linkSchema = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(
    isHttpUrl,
    spoken({ en: 'must be an absolute http: or https: URL', ru: 'здесь нужен полный адрес http: или https:' }),
  );

/** An absolute `http:` or `https:` address, whatever its length, without whitespace. */
export function isHttpUrl(value: string): boolean {
  if (/[\s\p{Cc}]/u.test(value)) return false;
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '';
}

/** A text that can be stored and sent anywhere: well-formed UTF-16 (no lone surrogate) and without NUL, which PostgreSQL cannot keep. */
export const textSchema = z
  .string()
  .max(MAX_TEXT_LENGTH)
  .refine(
    (text) => text.isWellFormed(),
    spoken({ en: 'must not hold a lone surrogate', ru: 'внутри половина суррогатной пары' }),
  )
  .refine((text) => !text.includes('\u0000'), spoken({ en: 'must not hold a NUL character', ru: 'внутри знак NUL' }));

export const ATTACHMENT_TYPES = ['image', 'video', 'audio', 'file'] as const;

/** A file by its link. `size` in bytes. */
export const attachmentSchema = z.strictObject({
  type: z.enum(ATTACHMENT_TYPES),
  url: linkSchema,
  name: textSchema.max(MAX_FILE_NAME).optional(),
  size: z.int().nonnegative().optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** One inline button. A menu item is a button whose `callback_data` is the item's code: pressing it sends the code. */
export const buttonSchema = z.strictObject({
  text: textSchema.min(1).max(MAX_BUTTON_TEXT),
  callback_data: textSchema.min(1).max(1_000),
  /** Opens this link instead of sending anything. A channel that cannot shows the link as text. */
  url: linkSchema.optional(),
  /** The same, as an application inside the messenger. */
  web_app: z.strictObject({ url: linkSchema }).optional(),
});
export type Button = z.infer<typeof buttonSchema>;

/**
 * A button where there are none, as a line: `<code> <caption>`; the caption alone when it is what the button sends, and a
 * link behind it when it opens one.
 */
export function buttonLine({ text, callback_data: code, url, web_app: app }: Button): string {
  const link = url ?? app?.url;
  if (link !== undefined) return `${text}: ${link}`;
  return code === text ? text : `${code} ${text}`;
}

/** Rows of buttons, top to bottom. */
const buttonRowsSchema = z
  .array(z.array(buttonSchema).min(1))
  .refine(
    (rows) => rows.flat().length <= MAX_BUTTONS,
    spoken({ en: `at most ${MAX_BUTTONS} buttons`, ru: `не больше ${MAX_BUTTONS} кнопок` }),
  );

/** What one message says. At least one part is present. */
export const contentSchema = z
  .strictObject({
    text: textSchema.min(1).optional(),
    buttons: buttonRowsSchema.optional(),
    attachments: z.array(attachmentSchema).max(MAX_ATTACHMENTS).optional(),
    /** A JSON object as text: what the messenger itself is told beside (`parse_mode`). Nobody else looks at it. */
    params: textSchema.max(MAX_PARAMS).optional(),
  })
  .refine(
    (content) =>
      content.text !== undefined || (content.buttons?.length ?? 0) > 0 || (content.attachments?.length ?? 0) > 0,
    spoken({
      en: 'a message needs a text, buttons or an attachment',
      ru: 'сообщению нужен текст, кнопки или вложение',
    }),
  );
export type Content = z.infer<typeof contentSchema>;
