import { isErrorObject } from './stack.guest.ts';
import { slice } from './intrinsics.guest.ts';

/** Longest message of an error that leaves the sandbox, UTF-16 units. Ours: a person reads the first lines. */
const MAX_MESSAGE_LENGTH = 2_000;

/** `TypeError: what V8 says` of an Error object; `undefined` for any other value. May run getters of the script. */
export function errorHeadline(value: object): string | undefined {
  if (!isErrorObject(value)) return undefined;
  const name = readText(value, 'name', 'Error');
  const message = readText(value, 'message', '');
  const text = message === '' ? name : name === '' ? message : `${name}: ${message}`;
  return text.length > MAX_MESSAGE_LENGTH ? `${slice(text, 0, MAX_MESSAGE_LENGTH)}…` : text;
}

function readText(value: object, key: string, otherwise: string): string {
  try {
    const read = (value as Record<string, unknown>)[key];
    return typeof read === 'string' ? read : otherwise;
  } catch {
    return otherwise;
  }
}
