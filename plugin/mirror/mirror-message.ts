import type { BindingConfig } from '../contract/binding-config.ts';
import { madeOnce } from '../contract/made-once.ts';
import { type Attachment, type Content, type Button, buttonLine } from '../contract/message.ts';
import { type Headers, headerLine, oneLine, quoteHeaderLines } from './header.ts';
import { codePoints, splitText } from '../contract/split-text.ts';

/** One message to LiveTex, without its `user_id`. Stored as a job. */
export type MirrorRequest =
  | { readonly kind: 'sendText'; readonly text: string }
  | {
      readonly kind: 'sendFile';
      readonly url: string;
      readonly name?: string | undefined;
      readonly size?: number | undefined;
      readonly comment?: string | undefined;
    };

export interface MirrorSettings {
  readonly headers: Headers;
  /** In code points, header included. */
  readonly maxTextLength: number;
}

/** Those of a binding: the same object for each of its messages. */
export const mirrorSettings = madeOnce((config: BindingConfig): MirrorSettings => {
  const { botMessageHeader: bot, leadMessageHeader: lead, operatorNoteHeader: note, maxTextLength } = config;
  return { headers: { bot, lead, note }, maxTextLength };
});

/**
 * A message of the dialog as LiveTex gets it: text and menu under the author's header, in parts when too long; each file
 * by its link, with the header (and, on the first one, the text) as its comment. A text too long for a comment follows the files.
 */
export function mirrorMessage(from: keyof Headers, content: Content, settings: MirrorSettings): MirrorRequest[] {
  const { maxTextLength } = settings;
  const headers = shownHeaders(settings);
  const header = headers[from];
  const body = quoteHeaderLines(bodyOf(content), headers);
  const files = content.attachments ?? [];
  const room = maxTextLength - codePoints(header);
  const isCaption = files.length > 0 && body !== '' && codePoints(body) <= room;
  const requests: MirrorRequest[] = files.map((file, index) =>
    fileRequest(file, isCaption && index === 0 ? header + body : header.slice(0, -1), headers),
  );
  if (body === '' || isCaption) return requests;
  return [...requests, ...partsOf(body, header, settings).map((text) => ({ kind: 'sendText' as const, text }))];
}

/** The header lines as they are sent, with their line ends. */
const shownHeaders = madeOnce(({ headers, maxTextLength }: MirrorSettings): Headers => ({
  bot: headerLine(headers, 'bot', maxTextLength),
  lead: headerLine(headers, 'lead', maxTextLength),
  note: headerLine(headers, 'note', maxTextLength),
}));

/** Marks that a part may need: on its first line and on its last one, which the cut made. */
const ROOM_FOR_MARKS = 4;

/** A text, whose own lines are marked, in parts, each under the header. A cut makes lines of its own: they must not read like a header either. */
function partsOf(body: string, header: string, settings: MirrorSettings): string[] {
  const room = settings.maxTextLength - codePoints(header);
  if (body.length <= room) return [header + body];
  const headers = shownHeaders(settings);
  const marked = (most: number): string[] =>
    splitText(body, most).map((part) => quoteHeaderLines(part, headers, 'outer'));
  const parts = marked(room);
  const fits = parts.every((part) => codePoints(part) <= room);
  return (fits ? parts : marked(room - ROOM_FOR_MARKS)).map((part) => header + part);
}

function bodyOf(content: Content): string {
  const menu = content.buttons ? menuText(content.buttons) : '';
  return [content.text ?? '', menu]
    .filter((part) => part !== '')
    .join('\n')
    .toWellFormed();
}

function fileRequest(file: Attachment, comment: string, headers: Headers): MirrorRequest {
  return {
    kind: 'sendFile',
    url: file.url,
    ...(file.name === undefined ? {} : { name: quoteHeaderLines(oneLine(file.name.toWellFormed()), headers) }),
    ...(file.size === undefined ? {} : { size: file.size }),
    ...(comment === '' ? {} : { comment }),
  };
}

/** A file that LiveTex refuses: its comment, name and link as text, so that the operator can still open it. */
export function fileAsText(file: Extract<MirrorRequest, { kind: 'sendFile' }>, settings: MirrorSettings): string[] {
  const headers = shownHeaders(settings);
  const comment = file.comment === undefined ? '' : `${file.comment}\n`;
  // The job was stored with its header.
  const header =
    [headers.lead, headers.bot, headers.note].find((line) => line !== '' && comment.startsWith(line)) ?? '';
  const lines = [comment.slice(header.length, -1), file.name, file.url].filter(
    (line) => line !== undefined && line !== '',
  );
  return partsOf(quoteHeaderLines(lines.join('\n'), headers), header, settings);
}

/** A menu as text, one line an item. */
function menuText(rows: ReadonlyArray<readonly Button[]>): string {
  return rows.flat().map(buttonLine).join('\n');
}
