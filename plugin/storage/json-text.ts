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
