/**
 * Deepest nesting of JSON that is taken from outside. Our choice: LiveTex's bodies have 3 levels. V8 parses any depth, but
 * whatever walks the value afterwards (a copy, `JSON.stringify`) would run out of stack on a body of brackets.
 */
const MAX_JSON_DEPTH = 32;

export type BoundedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: 'not JSON' | 'nested too deeply' };

/** `JSON.parse` with a bound on nesting, looked at before parsing. */
export function parseBoundedJson(text: string, maxDepth: number = MAX_JSON_DEPTH): BoundedJson {
  if (isNestedDeeperThan(text, maxDepth)) return { ok: false, problem: 'nested too deeply' };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, problem: 'not JSON' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Right for valid JSON; of anything else `JSON.parse` will say the truth. */
function isNestedDeeperThan(text: string, limit: number): boolean {
  // Nearly every body has fewer brackets than that altogether.
  if (countUpTo(limit, text, '{') + countUpTo(limit, text, '[') <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (inString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) {
      inString = true;
    } else if (unit === OPEN_BRACKET || unit === OPEN_BRACE) {
      depth += 1;
      if (depth > limit) return true;
    } else if (unit === CLOSE_BRACKET || unit === CLOSE_BRACE) {
      depth -= 1;
    }
  }
  return false;
}

/** How often a character comes, at most one more than `limit`. */
function countUpTo(limit: number, text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0 && count <= limit; at = text.indexOf(character, at + 1)) count += 1;
  return count;
}
