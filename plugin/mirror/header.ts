import { madeOnce } from '../contract/made-once.ts';
import { leading } from '../contract/split-text.ts';

/** Put before a line of a message that reads like a header. */
const QUOTE = '> ';

/** The headers of a binding; an empty one means no header line. What is made of them is kept by the object, so one serves all messages. */
export interface Headers {
  readonly bot: string;
  readonly lead: string;
  /** Above what the bot tells the operator alone. */
  readonly note: string;
}

/**
 * The header line of a message, with its line end; empty for no header. Takes at most half of `maxTextLength` (code
 * points), or no room were left for the text.
 */
export function headerLine(headers: Headers, from: keyof Headers, maxTextLength: number): string {
  const header = headers[from].toWellFormed();
  if (header === '') return '';
  const room = Math.floor(maxTextLength / 2) - 1;
  return `${leading(header, room)}\n`;
}

/** Everything that some program shows as the beginning of a new line (Unicode Standard Annex 14: BK, CR, LF, NL). */
const LINE_END = /(\r\n|[\n\r\v\f\u0085\u2028\u2029])/;
/** Characters that are not seen: controls, joiners, directions, variation selectors, marks that combine with nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Mn}\u115f\u1160\u2800\u3164\uffa0]/gu;

/**
 * Marks a line that reads like one of the headers, so that nobody can write what looks to an operator like a message of
 * the other side. Any other text stays as it is. `outer`: only the first and the last line, when the others were looked at.
 */
export function quoteHeaderLines(text: string, headers: Headers, which: 'all' | 'outer' = 'all'): string {
  const known = knownOf(headers);
  if (known.lines.size === 0) return text;
  let left = MAX_NORMALISED;
  if (!LINE_END.test(text)) return isKnown(text) ? QUOTE + text : text;
  return text
    .split(LINE_END)
    .map((line, index, { length }) => {
      if (index % 2 === 1 || (which === 'outer' && index > 0 && index < length - 1)) return line;
      return isKnown(line) ? QUOTE + line : line;
    })
    .join('');

  function isKnown(line: string): boolean {
    if (line.length * MAX_GROWTH < known.shortest) return false;
    if (PLAIN.test(line)) return known.ends.has(lastOf(line)) && known.lines.has(inOneCase(line));
    const visible = inOneCase(line.replace(UNSEEN, ''));
    if (visible === '' || visible.length > known.longest * MAX_SHRINKING) return false;
    // Nobody writes so much of this kind: one mark too many harms no reader, a second of work would harm all.
    if (left <= 0) return true;
    const oneForm = line.normalize('NFKC');
    left -= oneForm.length;
    return known.lines.has(inOneCase(oneForm.replace(UNSEEN, '')));
  }
}

/** Normalised characters of one text, at most. Our choice: all that an honest text has; a hostile one grows 18 times by it. */
const MAX_NORMALISED = 100_000;
/** By NFKC one character becomes 18 at most (Unicode Standard Annex 15), and three parts of a Hangul syllable become one. */
const MAX_GROWTH = 18;
const MAX_SHRINKING = 3;

interface Known {
  readonly lines: ReadonlySet<string>;
  readonly shortest: number;
  readonly longest: number;
  /** Their last letters: most lines end otherwise, which is quickly seen. */
  readonly ends: ReadonlySet<string>;
}

/** The headers as they read; a binding's are the same for each of its messages. */
const knownOf = madeOnce(({ bot, lead, note }: Headers): Known => {
  const lines = new Set([seen(bot), seen(lead), seen(note)].filter((header) => header !== ''));
  const lengths = Array.from(lines, (line) => line.length);
  const ends = new Set(Array.from(lines, lastOf));
  return { lines, shortest: Math.min(...lengths), longest: Math.max(...lengths), ends };
});

/** Latin and Cyrillic letters, digits and signs that have one form only and are all seen: most lines are of these alone. */
const PLAIN = /^[\x20-\x7e\u0400-\u045f]*$/;

/** How a line reads: without what cannot be seen, in one form of each letter, spaces and case aside. */
function seen(line: string): string {
  return inOneCase(PLAIN.test(line) ? line : line.normalize('NFKC').replace(UNSEEN, ''));
}

function lastOf(line: string): string {
  return line.trimEnd().slice(-1).toLowerCase();
}

function inOneCase(line: string): string {
  return line.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** A name on one line: a line end in it could begin what looks like another message. */
export function oneLine(name: string): string {
  return name
    .split(LINE_END)
    .filter((_, index) => index % 2 === 0)
    .join(' ');
}
