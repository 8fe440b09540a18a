/** The piece of a script around an error, numbered, with a caret under the place. */

/** Lines shown before and after the one with the error. */
const CONTEXT_LINES = 2;
/** Longest part of a line that is shown, in UTF-16 units: minified code must not fill the screen. */
const MAX_SHOWN = 160;
/** How much of a long line stands left of the error. */
const SHOWN_BEFORE = 80;

/** `line` and `column` count from 1, the column in UTF-16 units as V8 counts it. */
export function codeFrame(code: string, line: number, column: number | null): string {
  // What ends a line in JavaScript (ECMA-262, 12.3).
  const lines = code.split(/\r\n|[\n\r\u2028\u2029]/);
  // The line end of the last line begins no line that is worth showing.
  if (lines.length > line && lines.at(-1) === '') lines.pop();
  const first = Math.max(1, line - CONTEXT_LINES);
  const last = Math.min(lines.length, line + CONTEXT_LINES);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const text = lines[number - 1] ?? '';
    const from = number === line ? Math.max(0, (column ?? 1) - 1 - SHOWN_BEFORE) : 0;
    const mark = number === line ? '>' : ' ';
    shown.push(`${mark} ${String(number).padStart(width)} | ${cut(text, from)}`.trimEnd());
    if (number === line && column !== null) {
      const before = text.slice(from, column - 1);
      shown.push(`  ${' '.repeat(width)} | ${blank(before)}^`);
    }
  }
  return shown.join('\n');
}

function cut(text: string, from: number): string {
  const piece = text.slice(from, from + MAX_SHOWN);
  return from + MAX_SHOWN < text.length ? `${piece}…` : piece;
}

/** Spaces as wide as the text; tabs stay tabs, so that the caret stands under the same column. */
function blank(text: string): string {
  return Array.from(text, (character) => (character === '\t' ? '\t' : ' ')).join('');
}
