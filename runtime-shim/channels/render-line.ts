import { type Attachment, type Button, buttonLine } from '../../plugin/contract/message.ts';
import { leadingUnits, splitText } from '../../plugin/contract/split-text.ts';
import type { TranscriptMessage } from '../leads/transcript.ts';
import type { ChannelTraits, Part, PartButton } from './contract.ts';

/**
 * Begins a press that stands for a button's place in the transcript: `~<line>:<button>`. An author's data that begins so is
 * replaced by its place, too.
 */
const REFERENCE = /^~(\d{1,15}):(\d{1,3})(?:_static_)?$/;
const REFERENCE_SIGN = '~';
/** In a button's data: the platform leaves the buttons of its message where they are when one is pressed (its reference, `bot.sendMessage`). */
const STATIC = '_static_';
/** A message that is nothing but buttons needs a text in every messenger. */
const ONLY_BUTTONS = '…';

type Line = Pick<TranscriptMessage, 'seq' | 'at' | 'text' | 'buttons' | 'attachments' | 'params'>;
type NewPart = Omit<Part, 'id'>;

/**
 * A line of the transcript as what one messenger shows, in order; the same line gives the same parts. Files come first, a short
 * text is the caption of the only one; buttons hang on the last text; those that do not fit are lines of it.
 */
export function renderLine(line: Line, traits: ChannelTraits): Part[] {
  const keyboard = keyboardOf(line, traits);
  const shown = keyboard.fits ? keyboard.rows : undefined;
  const text = [line.text ?? '', ...(keyboard.fits ? [] : keyboard.lines)].filter((piece) => piece !== '').join('\n');
  const files = line.attachments ?? [];
  const parts: NewPart[] = files.map((file) => ({ file: { ...file, by: waysOf(file, traits) } }));
  const [only] = parts;
  const isCaption = text !== '' && text.length <= traits.captionUnits && (shown === undefined || mayHang(only, traits));
  if (parts.length === 1 && only !== undefined && isCaption) {
    parts[0] = { ...only, text, ...(shown === undefined ? {} : { buttons: shown }) };
  } else {
    const texts = splitText(text, traits.textUnits, leadingUnits).filter((piece) => piece.trim() !== '');
    if (texts.length === 0 && shown !== undefined) texts.push(ONLY_BUTTONS);
    parts.push(...texts.map((piece) => ({ text: piece })));
    const last = parts.at(-1);
    if (shown !== undefined && last !== undefined) parts[parts.length - 1] = { ...last, buttons: shown };
  }
  const params = line.params === undefined ? {} : { params: line.params };
  const id = `${line.seq}.${line.at.toString(36)}`;
  return parts.map((part, index) => ({ id: `${id}/${index}`, ...part, ...params }));
}

/** Too large for a link that is told to be so, or of a kind that has none: then it is sent along at once. */
function waysOf({ type, size = 0 }: Attachment, { linkBytes }: ChannelTraits): 'link' | 'upload' {
  return linkBytes[type] === 0 || size > linkBytes[type] ? 'upload' : 'link';
}

/** May buttons hang under this file? */
function mayHang(part: NewPart | undefined, { buttons }: ChannelTraits): boolean {
  const { under } = buttons ?? {};
  return part?.file === undefined || under === undefined || under.includes(part.file.type);
}

type Keyboard =
  | { readonly fits: true; readonly rows: Part['buttons'] }
  | { readonly fits: false; readonly lines: readonly string[] };

function keyboardOf({ seq, buttons = [] }: Line, { buttons: limits }: ChannelTraits): Keyboard {
  const rows = buttons.filter((row) => row.length > 0);
  const all = rows.flat();
  if (all.length === 0) return { fits: true, rows: undefined };
  // A row of a script may be wider than what a messenger has: its buttons then stand in several rows.
  const wrapped = limits === null ? [] : rows.flatMap((row) => chunks(row, limits.perRow));
  if (limits === null || all.length > limits.all || wrapped.length > limits.rows) {
    return { fits: false, lines: all.map(buttonLine) };
  }
  let index = -1;
  const toPart = (button: Button): PartButton => {
    index += 1;
    return partButton(button, { seq, index }, limits);
  };
  return { fits: true, rows: wrapped.map((row) => row.map(toPart)) };
}

function partButton(
  { text, callback_data: data, url, web_app: app }: Button,
  { seq, index }: { readonly seq: number; readonly index: number },
  limits: NonNullable<ChannelTraits['buttons']>,
): PartButton {
  const isPlain = Buffer.byteLength(data) <= limits.dataBytes && !data.startsWith(REFERENCE_SIGN);
  return {
    text: text.length <= limits.captionUnits ? text : `${leadingUnits(text, limits.captionUnits - 1)}…`,
    data: isPlain ? data : `${REFERENCE_SIGN}${seq}:${index}${isStatic(data) ? STATIC : ''}`,
    ...(url === undefined ? {} : { url }),
    ...(app === undefined ? {} : { app: app.url }),
  };
}

/** Do the buttons of a message with this one stay when one of them is pressed? */
export function isStatic(data: string): boolean {
  return data.includes(STATIC);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/** Where the button stands that a press means; `undefined`: the press is the data itself. */
export function pressPlace(data: string): { readonly seq: number; readonly index: number } | undefined {
  const [, seq, index] = REFERENCE.exec(data) ?? [];
  return seq === undefined || index === undefined ? undefined : { seq: Number(seq), index: Number(index) };
}

/** What a press says: its data, or what the button says that it stands for; `undefined`: that button is there no more. */
export async function pressText(
  data: string,
  lineAt: (seq: number) => Promise<Pick<Line, 'seq' | 'buttons'> | undefined>,
): Promise<string | undefined> {
  const place = pressPlace(data);
  if (place === undefined) return data;
  const line = await lineAt(place.seq);
  return line?.seq === place.seq ? pressedData(line, place.index) : undefined;
}

/** The data of a line's button, counted over all rows. */
export function pressedData(line: Pick<Line, 'buttons'> | undefined, index: number): string | undefined {
  return (line?.buttons ?? []).flat()[index]?.callback_data;
}

/**
 * A part in the next poorer form: a file sent along instead of by its link, a link in the text instead of a file, lines instead
 * of buttons. Several, when the text has grown too long for one. `undefined`: there is none.
 */
export function poorerParts(
  part: Part,
  because: 'file' | 'buttons' | 'other',
  traits: ChannelTraits,
): Part[] | undefined {
  const { file, buttons, text = '', id, params, ...rest } = part;
  // What the platform does not like may be what the author told it beside: a text with wrong marks is sent without them.
  if (params !== undefined && because !== 'buttons') {
    return [
      {
        id,
        ...rest,
        ...(file === undefined ? {} : { file }),
        ...(buttons === undefined ? {} : { buttons }),
        ...(text === '' ? {} : { text }),
      },
    ];
  }
  const kept = buttons === undefined ? {} : { buttons };
  if (file !== undefined && because !== 'buttons') {
    if (file.by === 'link' && traits.uploadBytes[file.type] > 0) return [{ ...part, file: { ...file, by: 'upload' } }];
    const link = `${file.name === undefined ? '' : `${file.name}: `}${file.url}`;
    return inPieces({ id, ...kept }, text === '' ? link : `${text}\n${link}`, traits);
  }
  if (buttons === undefined || because === 'file') return undefined;
  const all = [text, ...buttons.flat().map(lineOf)].filter((line) => line !== '').join('\n');
  if (file === undefined) return inPieces({ id }, all, traits);
  return all.length <= traits.captionUnits
    ? [{ id, text: all, file }]
    : [{ id, file }, ...inPieces({ id: `${id}.t` }, all, traits)];
}

/** Data that stands for a place means nothing to a person: then the caption is what the lead may type. */
function lineOf({ text, data, url, app }: PartButton): string {
  const link = url ?? app;
  const code = pressPlace(data) === undefined ? data : text;
  return buttonLine({ text, callback_data: code, ...(link === undefined ? {} : { url: link }) });
}

function inPieces(part: Part, text: string, { textUnits }: ChannelTraits): Part[] {
  const pieces = splitText(text, textUnits, leadingUnits).filter((piece) => piece.trim() !== '');
  const { buttons, ...plain } = part;
  return pieces.map((piece, at) => {
    const id = at === 0 ? part.id : `${part.id}.${at}`;
    return at === pieces.length - 1 && buttons !== undefined
      ? { id, text: piece, buttons }
      : { ...plain, id, text: piece };
  });
}
