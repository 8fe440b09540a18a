import type { Text } from '../../plugin/contract/text.ts';
import { defineProperty, ErrorType, weakGet, weakSet } from './intrinsics.guest.ts';

/** Errors made here, with their code and words: the author's code may change the error object, not this. */
const known = new WeakMap<object, unknown>();

/** What an error of ours says. */
export interface KnownFailure {
  readonly code: string;
  readonly message: string;
  /** The message in Russian; left out where only one language is known. */
  readonly ru?: string;
  /** The library in whose text the error is (a syntax error), when there is one. */
  readonly library?: string;
}

/** Throws an error that the author sees with this code at the line of the author's own call; a script may catch it and read `code`, and `ru`, the words of `message` in Russian. */
export function fail(code: string, text: string | Text, library?: string): never {
  const message = typeof text === 'string' ? text : text.en;
  const ru = typeof text === 'string' ? undefined : text.ru;
  const error = new ErrorType(message);
  defineProperty(error, 'code', { __proto__: null, value: code, enumerable: false } as PropertyDescriptor);
  if (ru !== undefined) {
    defineProperty(error, 'ru', { __proto__: null, value: ru, enumerable: false } as PropertyDescriptor);
  }
  weakSet(known, error, { __proto__: null, code, message, ru, library });
  throw error;
}

/** The failure behind a caught value, or `undefined` when it is not one of ours. */
export function knownFailure(thrown: unknown): KnownFailure | undefined {
  return typeof thrown === 'object' && thrown !== null
    ? (weakGet(known, thrown) as KnownFailure | undefined)
    : undefined;
}
