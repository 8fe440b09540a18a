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
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const name = nearestName(wrong, known);
  return name === undefined ? '' : ` (did you mean "${name}"?)`;
}

/** Levenshtein's distance, by the usual two rows. */
function editsBetween(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > MAX_EDITS) return MAX_EDITS + 1;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replace = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
