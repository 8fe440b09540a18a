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
  trim,
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

/** What words are: all of them, and one. */
interface Words {
  readonly all: Text;
  readonly one: Text;
}

export const KEYS: Words = { all: { en: 'the keys', ru: 'ключи' }, one: { en: 'key', ru: 'ключ' } };
export const TAGS: Words = { all: { en: 'the tags', ru: 'теги' }, one: { en: 'tag', ru: 'тег' } };

/**
 * Words, of which there may be none: a comma-separated text, a list, or an object as PHP has lists; spaces around a word do not
 * count.
 */
export function wordList(call: string, what: Words, value: unknown): List<string> {
  const given = typeof value === 'string' ? splitWords(value) : listArgument(call, what.all, value);
  const words = list<string>();
  for (let index = 0; index < given.length; index += 1) {
    const { en, ru } = what.one;
    const one = (): Text => ({ en: `${en} ${index + 1}`, ru: `${ru} ${index + 1}` });
    add(words, keyArgument(call, given[index], one));
  }
  return words;
}

function splitWords(text: string): List<string> {
  const words = list<string>();
  let word = '';
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index] ?? ',';
    if (character === ',') {
      if (trim(word) !== '') add(words, trim(word));
      word = '';
    } else word += character;
  }
  return words;
}

/** The number of a lead, as text. */
export function leadIdArgument(call: string, value: unknown): string {
  const id = typeof value === 'number' && isFinite(value) ? toText(value) : value;
  if (typeof id === 'string' && id !== '') return id;
  const what = { en: "the lead's id", ru: 'id лида' };
  return refuse(mustBe(call, what, { en: 'a string or a number', ru: 'нужна строка или число' }, value));
}
