import { describe } from '../../plugin/contract/describe.guest.ts';
import { fail } from './fail.guest.ts';
import {
  contains,
  isArray,
  isFinite,
  isWellFormed,
  type List,
  list,
  add,
  startsWith,
  toText,
} from './intrinsics.guest.ts';

/** Longest key of an attribute or a tag, UTF-16 units. Our choice: it becomes part of an index of the storage. */
const MAX_KEY_LENGTH = 500;
/** Attributes with this prefix belong to the platform. */
export const SYSTEM_PREFIX = 'sys_';

/** Refuses an argument with words of ours. */
export function refuse(detail: string): never {
  return fail('script_argument', detail);
}

/** A key, or what else is named (a tag, a library): a non-empty string. */
export function keyArgument(call: string, key: unknown, what = 'key'): string {
  if (typeof key !== 'string' || key === '')
    return refuse(`${call}: the ${what} must be a non-empty string, got ${describe(key)}`);
  if (key.length > MAX_KEY_LENGTH) return refuse(`${call}: the ${what} is longer than ${MAX_KEY_LENGTH} characters`);
  return wellFormed(call, key);
}

/** A key that a script may write. */
export function writableKey(call: string, key: unknown): string {
  const name = keyArgument(call, key);
  if (startsWith(name, SYSTEM_PREFIX)) {
    return refuse(
      `${call}: "${name}" is a system attribute, which scripts do not write this way; the attributes of LiveTex are set with lead.setLiveTexAttr`,
    );
  }
  return name;
}

/** A text to store: a string as it is, a number or a boolean as its text, `null` to delete. */
export function valueArgument(call: string, key: string, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return wellFormed(call, value);
  if (typeof value === 'boolean' || (typeof value === 'number' && isFinite(value))) return toText(value);
  return refuse(
    `${call}: the value of "${key}" must be a string, a number, true, false or null, got ${describe(value)}` +
      (typeof value === 'object' && call === 'lead.setAttr' ? '; use lead.setJsonAttr for objects' : ''),
  );
}

/** A list of keys or tags. */
export function textListArgument(call: string, what: 'key' | 'tag', value: unknown): List<string> {
  if (!isArray(value)) return refuse(`${call} takes an array of ${what}s, got ${describe(value)}`);
  const result = list<string>();
  for (let index = 0; index < value.length; index += 1)
    add(result, keyArgument(call, value[index], `${what} ${index + 1}`));
  return result;
}

/** A text that can be stored and sent anywhere: no lone surrogate and no NUL (see `plugin/contract/message.ts`). */
export function wellFormed(call: string, text: string): string {
  if (!isWellFormed(text)) return refuse(`${call}: the text holds half of a surrogate pair`);
  if (contains(text, '\u0000')) return refuse(`${call}: the text holds a NUL character`);
  return text;
}
