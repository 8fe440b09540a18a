import type { Attachment, Content, Button } from '../contract/message.ts';
import { type Headers, headerLine, oneLine, quoteHeaderLines } from './header.ts';
import { codePoints, splitText } from './split-text.ts';

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

/**
 * A message of the dialog as LiveTex gets it: text and menu under the author's header, in parts when too long; each file
 * by its link, with the header (and, on the first one, the text) as its comment. A text too long for a comment follows the files.
 */
export function mirrorMessage(from: 'lead' | 'bot', content: Content, settings: MirrorSettings): MirrorRequest[] {
  const { headers, maxTextLength } = settings;
  const header = headerLine(headers, from, maxTextLength);
  const body = quoteHeaderLines(bodyOf(content), headers);
  const files = content.attachments ?? [];
  const room = maxTextLength - codePoints(header);
  const isCaption = files.length > 0 && body !== '' && codePoints(body) <= room;
  const requests: MirrorRequest[] = files.map((file, index) =>
    fileRequest(file, isCaption && index === 0 ? header + body : header.trimEnd()),
  );
  if (body === '' || isCaption) return requests;
  return [...requests, ...splitText(body, room).map((part) => ({ kind: 'sendText' as const, text: header + part }))];
}

function bodyOf(content: Content): string {
  const menu = content.buttons ? menuText(content.buttons) : '';
  return [content.text ?? '', menu]
    .filter((part) => part !== '')
    .join('\n')
    .toWellFormed();
}

function fileRequest(file: Attachment, comment: string): MirrorRequest {
  return {
    kind: 'sendFile',
    url: file.url,
    ...(file.name === undefined ? {} : { name: oneLine(file.name.toWellFormed()) }),
    ...(file.size === undefined ? {} : { size: file.size }),
    ...(comment === '' ? {} : { comment }),
  };
}

/** A file that LiveTex refuses: its comment, name and link as text, so that the operator can still open it. */
export function fileAsText(file: Extract<MirrorRequest, { kind: 'sendFile' }>, maxTextLength: number): string[] {
  const lines = [file.comment, file.name, file.url].filter((line) => line !== undefined && line !== '');
  return splitText(lines.join('\n'), maxTextLength);
}

/** A menu as text, one line an item: `<code> <caption>`. A button's `callback_data` is the item's code. */
function menuText(rows: ReadonlyArray<readonly Button[]>): string {
  return rows
    .flat()
    .map((button) => `${button.callback_data} ${button.text}`)
    .join('\n');
}
