/** A message as a messenger shows it: the server has made it with the messenger's own driver; here is only what of it is drawn. */
import type { Attachment } from '../../../../plugin/contract/message.ts';
import type { MessengerKind } from '../../../channels/looks.ts';
import type { Texts } from '../texts/ru.ts';
import type { LeadRecord, MessageRecord, StatusRecord } from '../../records.ts';

/** The messengers to look through, in the order of the list. */
export const MESSENGERS: readonly MessengerKind[] = ['telegram', 'max', 'vk', 'widget'];

/** Whose look is chosen: `own`, of the lead's channel. */
export type LookChoice = 'own' | MessengerKind;

/** A button of a piece: what its messenger sends when it is pressed, and what that means to the bot. */
export interface PieceButton {
  readonly text: string;
  readonly data: string;
  readonly code: string;
  readonly link?: string;
}

/** One message of the messenger. */
export interface Piece {
  readonly text?: string;
  readonly files: readonly Attachment[];
  readonly rows: ReadonlyArray<readonly PieceButton[]>;
}

/** The messenger behind a channel; `undefined`: nothing is known of its limits. */
export function messengerOf(
  choice: LookChoice,
  lead: LeadRecord,
  { channels }: StatusRecord,
): MessengerKind | undefined {
  return choice === 'own' ? channels.find(({ code }) => code === lead.channel)?.kind : choice;
}

/** What a message is in a messenger: one piece, or several. */
export function piecesOf(message: MessageRecord, messenger: MessengerKind | undefined): readonly Piece[] {
  const { text, attachments = [], buttons = [], looks } = message;
  const parts = messenger === undefined ? undefined : looks?.[messenger];
  // The drivers keep the order of the buttons: the same place is the same button.
  const said = buttons.flat();
  if (parts === undefined) {
    const rows = buttons.map((row) =>
      row.map(({ text: caption, callback_data: code, url, web_app: app }) =>
        pieceButton(caption, { data: code, code, link: url ?? app?.url }),
      ),
    );
    return [{ ...(text === undefined ? {} : { text }), files: attachments, rows }];
  }
  let place = -1;
  return parts.map((part) => {
    const rows = (part.buttons ?? []).map((row) =>
      row.map(({ text: caption, data, url, app }) => {
        place += 1;
        return pieceButton(caption, { data, code: said[place]?.callback_data ?? data, link: url ?? app });
      }),
    );
    return {
      ...(part.text === undefined ? {} : { text: part.text }),
      files: part.file === undefined ? [] : [part.file],
      rows,
    };
  });
}

function pieceButton(
  text: string,
  { data, code, link }: { readonly data: string; readonly code: string; readonly link: string | undefined },
): PieceButton {
  return { text, data, code, ...(link === undefined ? {} : { link }) };
}

/** What a messenger has changed, for the eye; empty: nothing. */
export function changesText(
  message: MessageRecord,
  messenger: MessengerKind | undefined,
  words: Texts['looks']['changed'],
): string {
  if (messenger === undefined || message.looks?.[messenger] === undefined) return '';
  const pieces = piecesOf(message, messenger);
  const said = (message.buttons ?? []).filter((row) => row.length > 0);
  const rows = pieces.flatMap((piece) => piece.rows);
  const captions = said.flat().map(({ text }) => text);
  const files = pieces.reduce((count, piece) => count + piece.files.length, 0);
  return [
    ...(said.length > 0 && rows.length === 0 ? [words.lines] : []),
    ...(rows.length > said.length ? [words.rows] : []),
    ...(rows.flat().some(({ text }, at) => text !== captions[at]) ? [words.cut] : []),
    ...(files < (message.attachments?.length ?? 0) ? [words.link] : []),
    ...(pieces.length > 1 ? [words.split.replace('{n}', String(pieces.length))] : []),
  ].join('; ');
}
