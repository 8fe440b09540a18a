import { describe } from '../../plugin/contract/describe.guest.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { fail } from './fail.guest.ts';
import {
  contains,
  isArray,
  isFinite,
  isWellFormed,
  keysOf,
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
export function refuse(detail: Text): never {
  return fail('script_argument', detail);
}

const KEY = (): Text => ({ en: 'key', ru: 'ключ' });
export const TAG = (): Text => ({ en: 'tag', ru: 'тег' });
export const NOT_EMPTY: Text = { en: 'a non-empty string', ru: 'нужна непустая строка' };

/** `wanted` in Russian: a whole clause. */
export function mustBe(call: string, what: Text, wanted: Text, value: unknown): Text {
  const got = describe(value);
  return {
    en: `${call}: ${what.en} must be ${wanted.en}, got ${got.en}`,
    ru: `${call}: ${what.ru} — ${wanted.ru}, а получено: ${got.ru}`,
  };
}

export function takes(call: string, what: Text, value: unknown): Text {
  const got = describe(value);
  return { en: `${call} takes ${what.en}, got ${got.en}`, ru: `${call} принимает ${what.ru}, а получено: ${got.ru}` };
}

export function tooLong(call: string, what: Text, limit: number): Text {
  return {
    en: `${call}: the ${what.en} is longer than ${limit} characters`,
    ru: `${call}: ${what.ru} — длиннее ${limit} знаков`,
  };
}

/** A key, or what else is named (a tag, a library): a non-empty string. `what` is called for an error only. */
export function keyArgument(call: string, key: unknown, what: () => Text = KEY): string {
  if (typeof key !== 'string' || key === '') {
    const { en, ru } = what();
    return refuse(mustBe(call, { en: `the ${en}`, ru }, NOT_EMPTY, key));
  }
  if (key.length > MAX_KEY_LENGTH) return refuse(tooLong(call, what(), MAX_KEY_LENGTH));
  return wellFormed(call, key);
}

/** A key that a script may write. */
export function writableKey(call: string, key: unknown): string {
  const name = keyArgument(call, key);
  if (startsWith(name, SYSTEM_PREFIX)) {
    return refuse({
      en: `${call}: "${name}" is a system attribute, which scripts do not write this way; the attributes of LiveTex are set with lead.setLiveTexAttr`,
      ru: `${call}: "${name}" — системный атрибут, так скрипты его не пишут; атрибуты LiveTex задаёт lead.setLiveTexAttr`,
    });
  }
  return name;
}

/** A text to store: a string as it is, a number or a boolean as its text, `null` to delete. */
export function valueArgument(call: string, key: string, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return wellFormed(call, value);
  if (typeof value === 'boolean' || (typeof value === 'number' && isFinite(value))) return toText(value);
  const got = describe(value);
  const isForJson = typeof value === 'object' && call === 'lead.setAttr';
  return refuse({
    en: `${call}: the value of "${key}" must be a string, a number, true, false or null, got ${got.en}${isForJson ? '; use lead.setJsonAttr for objects' : ''}`,
    ru: `${call}: значение "${key}" должно быть строкой, числом, true, false или null, а получено: ${got.ru}${isForJson ? '; для объектов есть lead.setJsonAttr' : ''}`,
  });
}

const A_LIST: Text = { en: 'a list', ru: 'нужен список' };

/** PHP's arrays have keys: an object may stand where a list is expected. Nothing is an empty list. */
export function listArgument(call: string, what: Text, value: unknown): ArrayLike<unknown> {
  if (value === undefined || value === null) return list();
  if (isArray(value)) return value;
  if (typeof value !== 'object') return refuse(mustBe(call, what, A_LIST, value));
  const result = list<unknown>();
  const keys = keysOf(value);
  for (let index = 0; index < keys.length; index += 1) {
    add(result, (value as Record<string, unknown>)[keys[index] as string]);
  }
  return result;
}

/** A list of keys or tags. */
export function textListArgument(call: string, what: 'key' | 'tag', value: unknown): List<string> {
  const isKey = what === 'key';
  if (!isArray(value)) {
    const got = describe(value);
    return refuse({
      en: `${call} takes an array of ${what}s, got ${got.en}`,
      ru: `${call} принимает массив ${isKey ? 'ключей' : 'тегов'}, а получено: ${got.ru}`,
    });
  }
  const result = list<string>();
  for (let index = 0; index < value.length; index += 1)
    add(
      result,
      keyArgument(call, value[index], () => ({
        en: `${what} ${index + 1}`,
        ru: `${isKey ? 'ключ' : 'тег'} ${index + 1}`,
      })),
    );
  return result;
}

/** A text that can be stored and sent anywhere: no lone surrogate and no NUL (see `plugin/contract/message.ts`). */
export function wellFormed(call: string, text: string): string {
  if (!isWellFormed(text)) {
    return refuse({
      en: `${call}: the text holds half of a surrogate pair`,
      ru: `${call}: в тексте половина суррогатной пары`,
    });
  }
  if (contains(text, '\u0000')) {
    return refuse({ en: `${call}: the text holds a NUL character`, ru: `${call}: в тексте знак NUL` });
  }
  return text;
}
