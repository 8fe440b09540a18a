/** Where a command writes: its result to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** May `out` be coloured? */
  readonly colour: boolean;
  /** Columns of the terminal, or a usual width. */
  readonly width: number;
}

/** A readable width where there is no terminal to ask. */
const USUAL_WIDTH = 100;

/** The process's own streams. `NO_COLOR` (no-color.org): set and not empty, no colour. */
export function processTerminal(): Terminal {
  const colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(outputLine(text, colour)),
    err: (text) => void process.stderr.write(`${printable(text)}\n`),
    colour,
    width: process.stdout.columns ?? USUAL_WIDTH,
  };
}

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** SGR numbers: ECMA-48, 8.3.117. */
const SGR: Readonly<Record<Colour, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

export function coloured(terminal: Pick<Terminal, 'colour'>, colour: Colour, text: string): string {
  return terminal.colour ? `\u001B[${SGR[colour]}m${text}\u001B[0m` : text;
}

/**
 * Characters that a terminal obeys, or that a reader cannot see: control characters (C0 and C1) but line ends and tabs, half
 * surrogate pairs, line separators, and what Unicode calls "default ignorable" (bidirectional overrides, zero-width
 * characters, tags). Variation selectors stay, and a joiner behind an emoji, since they make one picture of several signs.
 */
const UNPRINTABLE =
  /(?!\n|\t|\u200D|\uFE0E|\uFE0F)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|(?<!\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)\u200D/gu;

/** Text from outside (a lead, an operator, a script) as a terminal may get it: it cannot steer the terminal or hide anything. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\uFFFD');
}

/** A name or another field that has one line, as a terminal may get it: with a line end it could fake the line below. */
export function printableField(text: string): string {
  return printable(text).replaceAll('\n', ' ⏎ ').replaceAll('\t', ' ');
}

/** A value as JSON on one line, as a terminal may get it. */
export function printableJson(value: unknown): string {
  return escapedJson(JSON.stringify(value));
}

/** JSON in which what is not printable is escaped: the document stays the same. */
export function escapedJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at))}`).join(''),
  );
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}

/** The colours that `coloured` writes. */
const OWN_COLOUR = new RegExp(`(${String.fromCodePoint(0x1b)}\\[\\d{1,2}m)`);

/** A line as it is written, with its end; CSV has its own (RFC 4180: CRLF). */
export function outputLine(text: string, colour: boolean): string {
  const isCsv = text.endsWith('\r');
  return `${printableLine(isCsv ? text.slice(0, -1) : text, colour)}${isCsv ? '\r' : ''}\n`;
}

/** The last look at what is printed: only our own colours are left, and only where colours are wanted. */
function printableLine(text: string, colour: boolean): string {
  if (!colour) return printable(text);
  // With the group, every second part is a colour.
  return text
    .split(OWN_COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('');
}

/** A word as a shell reads it: with quotes where it needs them. */
export function shellWord(word: string): string {
  if (/^[\p{L}\p{N}_@%+=:,./\\-]+$/u.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
