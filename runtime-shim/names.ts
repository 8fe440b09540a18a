/** Names in messages: which one was meant, and which ones there are. */
import { NO_TEXT, same, type Text } from '../plugin/contract/text.ts';

/** Farther than this, a name is another name and no slip of the finger. In edits (insert, delete, replace, swap of neighbours counts 2). */
const MAX_EDITS = 3;

/** The known name that a mistyped one probably meant; `undefined` when none is near. */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  const target = wrong.toLowerCase();
  let best: { name: string; edits: number } | undefined;
  for (const name of known) {
    const edits = editsBetween(target, name.toLowerCase());
    if (edits <= Math.min(MAX_EDITS, Math.ceil(name.length / 3)) && (best === undefined || edits < best.edits)) {
      best = { name, edits };
    }
  }
  return best?.name;
}

/** ` (did you mean "…"?)`, or nothing. */
export function didYouMean(wrong: string, known: Iterable<string>): Text {
  return question(nearestName(wrong, known));
}

/** The same about a name that somebody else has guessed. */
export function question(name: string | undefined): Text {
  return name === undefined ? NO_TEXT : { en: ` (did you mean "${name}"?)`, ru: ` (может быть, "${name}"?)` };
}

/** Levenshtein's distance by the usual two rows, of which only what may still be near is looked at. */
function editsBetween(left: string, right: string): number {
  const far = MAX_EDITS + 1;
  if (Math.abs(left.length - right.length) > MAX_EDITS) return far;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = Array.from({ length: right.length + 1 }, () => far);
    if (row <= MAX_EDITS) current[0] = row;
    let least = current[0] ?? far;
    const last = Math.min(right.length, row + MAX_EDITS);
    for (let column = Math.max(1, row - MAX_EDITS); column <= last; column += 1) {
      const replace = (previous[column - 1] ?? far) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const edits = Math.min(replace, (previous[column] ?? far) + 1, (current[column - 1] ?? far) + 1);
      current[column] = edits;
      least = Math.min(least, edits);
    }
    if (least >= far) return far;
    previous = current;
  }
  return previous[right.length] ?? far;
}

/** Names that a message lists at most, and their characters together. Our choice: what a person looks through. */
const MAX_LISTED_NAMES = 30;
const MAX_LISTED_CHARS = 1_000;

/** The names that there are, for a message: `a, b, c`, of many the first ones `and 1970 more`, without any `none`. */
export function knownNames(names: Iterable<string>): Text {
  const listed: string[] = [];
  let chars = 0;
  let more = 0;
  for (const name of names) {
    chars += name.length;
    if (more === 0 && listed.length < MAX_LISTED_NAMES && chars <= MAX_LISTED_CHARS) listed.push(name);
    else more += 1;
  }
  if (listed.length === 0 && more === 0) return { en: 'none', ru: 'ничего' };
  if (listed.length === 0) return { en: `${more} with long names`, ru: `${more} с длинными именами` };
  const list = listed.join(', ');
  return more === 0 ? same(list) : { en: `${list} and ${more} more`, ru: `${list} и ещё ${more}` };
}

/** Longest name that a message repeats. */
const MAX_QUOTED_CHARS = 200;

/** A name as a message repeats it: one that is far too long is cut. */
export function quotedName(name: string): string {
  return name.length <= MAX_QUOTED_CHARS ? name : `${name.slice(0, MAX_QUOTED_CHARS).toWellFormed()}…`;
}
