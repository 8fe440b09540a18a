/** A part as a message of MAX (dev.max.ru/docs-api/methods/POST/messages), and the other way: is this message that part? */
import type { Part } from '../contract.ts';
import { paramsOf } from '../driver-parts.ts';
import { attachmentsOf, type MaxMessage } from './max-updates.ts';

/** @param media what stands for the part's file: a link, or what an upload gave */
export function partBody(part: Part, media: object | undefined): Readonly<Record<string, unknown>> {
  const { text, buttons, file } = part;
  const attachments = [
    ...(file === undefined || media === undefined ? [] : [{ type: file.type, payload: media }]),
    ...(buttons === undefined ? [] : [{ type: 'inline_keyboard', payload: { buttons: buttons.map(rowOf) } }]),
  ];
  return {
    ...paramsOf(part),
    text: text ?? null,
    attachments: attachments.length === 0 ? null : attachments,
    link: null,
  };
}

type Row = NonNullable<Part['buttons']>[number];

/** MAX opens a link of ours in its browser: its own small applications are known by a bot's name, not by an address. */
function rowOf(row: Row): object[] {
  return row.map(({ text, data, url, app }) => {
    const link = url ?? app;
    return link === undefined ? { type: 'callback', text, payload: data } : { type: 'link', text, url: link };
  });
}

/** Is this message of the bot what the part says? `undefined`: its marks make that uncertain. */
export function isSamePart(message: MaxMessage, part: Part): boolean | undefined {
  if (message.sender?.is_bot !== true) return false;
  const types = attachmentsOf(message).map(({ type }) => type);
  const { file, buttons, text = '' } = part;
  const hasSame =
    (buttons !== undefined) === types.includes('inline_keyboard') &&
    (file === undefined ? types.every((type) => !FILES.includes(type)) : types.includes(file.type));
  if (!hasSame) return false;
  // A text with marks comes back without them.
  if (paramsOf(part)['format'] !== undefined) return undefined;
  return squeezed(message.body.text ?? '') === squeezed(text);
}

const FILES: readonly string[] = ['image', 'video', 'audio', 'file'];

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
