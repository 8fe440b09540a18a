const LAST_CODE_POINT = 0x10ffff;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/**
 * The first string behind all strings that start with `prefix`, in code point order; `null` when there is none. So a
 * prefix is a range, which an index serves.
 */
export function endOfPrefix(prefix: string): string | null {
  const points = Array.from(prefix);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const next = (last.codePointAt(0) ?? 0) + 1;
    if (next > LAST_CODE_POINT) continue;
    // Surrogates are no characters of their own: the next character is behind them.
    const point = next >= FIRST_SURROGATE && next <= LAST_SURROGATE ? LAST_SURROGATE + 1 : next;
    return points.join('') + String.fromCodePoint(point);
  }
  return null;
}
