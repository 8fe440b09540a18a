import type { Json } from './contract.ts';
import { storageError } from './errors.ts';

/**
 * A value as the text that is stored. `JSON.stringify` writes NUL and lone surrogates as escapes, so every string
 * survives any database. @throws storage_value_invalid
 */
export function toJsonText(value: Json): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw storageError('storage_value_invalid', { problem: error instanceof Error ? error.message : 'unknown' }, error);
  }
  if (text === undefined) throw storageError('storage_value_invalid', { problem: `got ${typeof value}` });
  return text;
}

/** The value of a stored text. */
export function fromJsonText(text: string): Json {
  return JSON.parse(text) as Json;
}

/** The prefix of a lane: what its name has before its first slash. */
export function prefixOf(lane: string): string {
  return lane.split('/', 1)[0] ?? lane;
}

/**
 * Longest name (collection, key, lane, id …), UTF-16 units. Our choice: an index page of SQLite holds four of them even in
 * Cyrillic, and PostgreSQL refuses an index row over 2,704 bytes.
 */
const MAX_NAME_LENGTH = 512;

/**
 * Checks a name that storage orders and compares by. Lone surrogates and NUL are refused, because SQLite would store
 * them as something else (two names would become one) and PostgreSQL not at all.
 * @throws storage_name_invalid
 */
export function checkName(what: string, name: string): string {
  if (typeof name !== 'string' || name === '')
    throw storageError('storage_name_invalid', { what, problem: 'is empty' });
  if (name.length > MAX_NAME_LENGTH) {
    const problem = `is ${name.length} characters long, at most ${MAX_NAME_LENGTH} are allowed`;
    throw storageError('storage_name_invalid', { what, problem });
  }
  if (!name.isWellFormed() || name.includes('\0')) {
    throw storageError('storage_name_invalid', { what, problem: 'contains a NUL or half of a surrogate pair' });
  }
  return name;
}

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
