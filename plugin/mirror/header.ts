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

/**
 * Marks a line that equals one of the headers, so that nobody can write what looks to an operator like a message of the
 * other side. Any other text stays as it is.
 */
export function quoteHeaderLines(text: string, headers: Headers): string {
  const known = new Set([headers.bot.trim(), headers.lead.trim()]);
  known.delete('');
  if (known.size === 0) return text;
  return text
    .split('\n')
    .map((line) => (known.has(line.trim()) ? QUOTE + line : line))
    .join('\n');
}
