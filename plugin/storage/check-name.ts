import { storageError } from './errors.ts';

/**
 * Longest name (collection, key, lane, id …), UTF-16 units. Ours: an index page of SQLite holds four of them even in
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
