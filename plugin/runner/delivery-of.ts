import { type Attachment, MAX_TEXT_LENGTH, MAX_URL_LENGTH, attachmentSchema, isHttpUrl } from '../contract/message.ts';
import type { Effect, NoticeName } from '../dialog/effect.ts';
import { splitText } from '../contract/split-text.ts';

/** A delivery before it has its id and time. */
export type NewDelivery =
  | { kind: 'text'; text: string; operator?: string; sentAt?: number }
  | { kind: 'file'; attachment: Attachment; text?: string; operator?: string; sentAt?: number };

/** A code point is at most two UTF-16 units. */
const MAX_CODE_POINTS = MAX_TEXT_LENGTH / 2;
const MAX_FILE_NAME_LENGTH = 255;

/** An operator's text for the lead; one longer than a message may be comes in parts. */
export function textDeliveries(effect: Extract<Effect, { do: 'showText' }>): NewDelivery[] {
  return splitText(effect.text, MAX_CODE_POINTS).map((text) => ({ kind: 'text', text, ...by(effect) }));
}

/**
 * An operator's file for the lead. One whose link is longer than an attachment's may be comes as a text with the link;
 * with a link that a person cannot open (`javascript:`, a path) the lead is told that there was a file, instead of nothing.
 */
export function fileDeliveries(effect: Extract<Effect, { do: 'showFile' }>): NewDelivery[] {
  const { file } = effect;
  const comment = file.comment?.trim() ? file.comment : undefined;
  const name = file.name?.trim() ? file.name : undefined;
  const url = linkOf(file.url);
  if (url === undefined) {
    const called = name === undefined ? '' : ` «${name}»`;
    return asText([comment, `Оператор отправил файл${called}, но открыть его по присланной ссылке нельзя`]);
  }
  if (url.length > MAX_URL_LENGTH) return asText([comment, name, url]);
  const attachment = attachmentOf(file, url);
  const [first, ...more] = comment === undefined ? [] : splitText(comment, MAX_CODE_POINTS);
  return [
    { kind: 'file', attachment, ...(first === undefined ? {} : { text: first }), ...by(effect) },
    ...more.map((text): NewDelivery => ({ kind: 'text', text, ...by(effect) })),
  ];

  function asText(lines: ReadonlyArray<string | undefined>): NewDelivery[] {
    const text = lines.filter((line) => line !== undefined).join('\n');
    const { operator, sentAt, isOvertaken } = effect;
    return textDeliveries({ do: 'showText', text, operator, sentAt, isOvertaken });
  }
}

/** The link as a lead's program takes it, spaces encoded (a file's name stands in it as it is); `undefined` when a person cannot open it. */
function linkOf(url: string): string | undefined {
  if (isHttpUrl(url)) return url;
  // The parser would drop line ends without a word: what has them is no link that somebody meant.
  const encoded = /\p{Cc}/u.test(url) ? undefined : URL.parse(url)?.href;
  return encoded !== undefined && isHttpUrl(encoded) ? encoded : undefined;
}

function by({ operator, sentAt }: Extract<Effect, { do: 'showText' | 'showFile' }>): {
  operator?: string;
  sentAt?: number;
} {
  return { ...(operator === null ? {} : { operator }), ...(sentAt === null ? {} : { sentAt }) };
}

function attachmentOf(file: Extract<Effect, { do: 'showFile' }>['file'], url: string): Attachment {
  const size = attachmentSchema.shape.size.safeParse(file.size);
  const name = file.name?.slice(0, MAX_FILE_NAME_LENGTH).toWellFormed();
  return {
    type: typeOf(file.name ?? URL.parse(url)?.pathname ?? ''),
    url,
    ...(name ? { name } : {}),
    ...(size.success && size.data !== undefined ? { size: size.data } : {}),
  };
}

/** LiveTex does not say what a file is; its name does. Whatever else it may be is a file. */
const EXTENSIONS: ReadonlyArray<readonly [Attachment['type'], RegExp]> = [
  ['image', /\.(?:jpe?g|png|gif|webp|bmp|heic)$/i],
  ['video', /\.(?:mp4|mov|webm|avi|mkv)$/i],
  ['audio', /\.(?:mp3|ogg|oga|wav|m4a|opus)$/i],
];

function typeOf(name: string): Attachment['type'] {
  return EXTENSIONS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'file';
}

/** Longest name in a notice, UTF-16 units. Our choice: longer than people's names are. */
const MAX_NAME_LENGTH = 100;
/** Controls and line ends. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029]+/gu;

/** A notice from its template; `undefined` for an empty one, which is not sent. The operator's name is put in as it is. */
export function noticeText(
  templates: Readonly<Partial<Record<NoticeName, string>>>,
  notice: NoticeName,
  operator: string | undefined,
): string | undefined {
  const template = templates[notice] ?? '';
  if (template.trim() === '') return undefined;
  // One line, and not longer than a name: a notice is ours, and LiveTex's data must not add sentences to it.
  const name = (operator ?? '').replace(NOT_IN_A_LINE, ' ').trim().slice(0, MAX_NAME_LENGTH).toWellFormed();
  // Split and join: no pattern of `replace` in a name means anything, and a name is never read as a template.
  if (name !== '') return template.split('{operator}').join(name);
  return template
    .split(/ ?\{operator\}/)
    .join('')
    .trim();
}
