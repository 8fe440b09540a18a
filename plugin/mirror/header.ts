import { leading } from './split-text.ts';

/** Put before a line of a message that reads like a header. */
const QUOTE = '> ';

/** The headers of a binding; an empty one means no header line. */
export interface Headers {
  readonly bot: string;
  readonly lead: string;
}

/**
 * The header line of a message, with its line end; empty for no header. Takes at most half of `maxTextLength` (code
 * points), or no room were left for the text.
 */
export function headerLine(headers: Headers, from: 'lead' | 'bot', maxTextLength: number): string {
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
 * the other side. Any other text stays as it is.
 */
export function quoteHeaderLines(text: string, headers: Headers): string {
  const known = knownOf(headers);
  if (known.size === 0) return text;
  return text
    .split(LINE_END)
    .map((line) => (known.has(seen(line)) ? QUOTE + line : line))
    .join('');
}

/** The headers as they read; a binding's are the same for each of its messages. */
const knownBefore = new Map<string, ReadonlySet<string>>();
/** More than there are bindings; beyond it all are forgotten. */
const MAX_KNOWN = 1_000;

function knownOf({ bot, lead }: Headers): ReadonlySet<string> {
  const key = `${bot}\n${lead}`;
  let known = knownBefore.get(key);
  if (known === undefined) {
    known = new Set([seen(bot), seen(lead)].filter((header) => header !== ''));
    if (knownBefore.size >= MAX_KNOWN) knownBefore.clear();
    knownBefore.set(key, known);
  }
  return known;
}

/** Latin and Cyrillic letters, digits and signs that have one form only and are all seen: most lines are of these alone. */
const PLAIN = /^[\x20-\x7e\u0400-\u045f]*$/;

/** How a line reads: without what cannot be seen, in one form of each letter, spaces and case aside. */
function seen(line: string): string {
  const oneForm = PLAIN.test(line) ? line : line.normalize('NFKC').replace(UNSEEN, '');
  return oneForm.replace(/\s+/g, ' ').trim().toLowerCase();
}

/** A name on one line: a line end in it could begin what looks like another message. */
export function oneLine(name: string): string {
  return name
    .split(LINE_END)
    .filter((_, index) => index % 2 === 0)
    .join(' ');
}
