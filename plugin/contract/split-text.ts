/** How far back a cut looks for the beginning of a grapheme, UTF-16 units: longer than any emoji sequence in use. */
const LONGEST_GRAPHEME = 64;

/** Made when it is first needed: that takes 10 ms, and few texts are cut within a word. */
let graphemes: Intl.Segmenter | undefined;

/**
 * Cuts a text into parts of at most `limit` code points (at least 1): at a line end, else at a space, else between two
 * graphemes, never inside a code point. The line end or space stays with the part before it, so the parts joined are the text.
 * `windowOf`: the longest beginning that fits, where a limit is counted in something else than code points.
 */
export function splitText(text: string, limit: number, windowOf = leading): string[] {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const window = windowOf(rest, limit);
    if (window.length === rest.length) break;
    const cut = cutOf(rest, window);
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...parts, rest];
}

/** The first `count` code points. */
export function leading(text: string, count: number): string {
  // A code point is at most two UTF-16 units, so a shorter text needs no counting.
  if (text.length <= count) return text;
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken += 1) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** The longest beginning of at most `count` UTF-16 units (at least 2) that ends with no half of a surrogate pair. */
export function leadingUnits(text: string, count: number): string {
  if (text.length <= count) return text;
  return text.slice(0, isHighSurrogate(text.charCodeAt(count - 1)) ? count - 1 : count);
}

function cutOf(text: string, window: string): number {
  const lineEnd = window.lastIndexOf('\n') + 1;
  // A line end far at the front would make a part of one short line: then a space further on is the better place.
  if (lineEnd > window.length / 2) return lineEnd;
  const space = Math.max(window.lastIndexOf(' ') + 1, lineEnd);
  return space > 0 ? space : graphemeCut(text, window.length);
}

/** The last grapheme boundary at or before `end`; `end` itself when one grapheme fills all of the look-back. */
function graphemeCut(text: string, end: number): number {
  let from = Math.max(0, end - LONGEST_GRAPHEME);
  if (from > 0 && isLowSurrogate(text.charCodeAt(from))) from += 1;
  // No locale: grapheme boundaries do not depend on it (Unicode Standard Annex 29).
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const segment = graphemes.segment(text.slice(from, end + LONGEST_GRAPHEME)).containing(end - from);
  const cut = from + (segment?.index ?? end - from);
  return cut > from ? cut : end;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** How many code points a text has. By its units: iterating makes a string of each and takes ten times as long. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at += 1) {
    if (isLowSurrogate(text.charCodeAt(at)) && isHighSurrogate(text.charCodeAt(at - 1))) count -= 1;
  }
  return count;
}
