import type { z } from 'zod';
import { isText, joined, same, type Text } from './text.ts';

type Issue = z.core.$ZodIssue;

/** The kinds of values, as zod calls them, in a person's words. In Russian in the nominative. */
const KINDS: Readonly<Record<string, Text>> = {
  string: { en: 'a string', ru: 'строка' },
  number: { en: 'a number', ru: 'число' },
  int: { en: 'a whole number', ru: 'целое число' },
  boolean: { en: 'true or false', ru: 'true или false' },
  array: { en: 'a list', ru: 'список' },
  tuple: { en: 'a list', ru: 'список' },
  object: { en: 'an object', ru: 'объект' },
  record: { en: 'an object', ru: 'объект' },
};

/** Messages of our schemas by their English text, which is all that zod keeps. */
const SPOKEN = new Map<string, Text>();

/** A schema's own message, to be found again in every language: `.refine(isWhole, spoken({ en, ru }))`. */
export function spoken(text: Text): string {
  SPOKEN.set(text.en, text);
  return text.en;
}

/** zod's own text for a union of which no form fits and that was given no words. */
const NO_WORDS = 'Invalid input';

/** What is wrong with a value, for the person who wrote it; the value itself is not repeated, it may be a secret. */
export function issueWords(issue: Issue): Text {
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)$/.exec(issue.message)?.[1] ?? '';
      const kind = kindWords(issue.expected);
      if (received === 'undefined') return { en: `is missing (${kind.en})`, ru: `не хватает (${kind.ru})` };
      const got = kindWords(received);
      return { en: `${mustBe(kind).en}, got ${got.en}`, ru: `${mustBe(kind).ru}, а стоит ${got.ru}` };
    }
    case 'too_small':
      return tooSmall(issue);
    case 'too_big': {
      if (isLong(issue.origin)) {
        const count = countWords(issue.maximum, issue.origin);
        return { en: `must have at most ${count.en}`, ru: `не больше ${count.ru}` };
      }
      const isLess = issue.inclusive === false;
      return {
        en: `must be ${isLess ? 'less than' : 'at most'} ${issue.maximum}`,
        ru: `${isLess ? 'меньше' : 'не больше'} ${issue.maximum}`,
      };
    }
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value) ?? String(value));
      const [only = ''] = values;
      return values.length === 1
        ? { en: `must be ${only}`, ru: `здесь нужно ${only}` }
        : { en: `must be one of ${values.join(', ')}`, ru: `здесь нужно одно из: ${values.join(', ')}` };
    }
    case 'invalid_union':
      return issue.message === NO_WORDS
        ? { en: 'has none of the documented forms', ru: 'так здесь не пишут: смотрите описание' }
        : wordsOf(issue);
    case 'invalid_key': {
      const wrong = firstOf(issue.issues, issueWords, '; ');
      return { en: `wrong key: ${wrong.en}`, ru: `неверный ключ: ${wrong.ru}` };
    }
    case 'unrecognized_keys': {
      const keys = firstOf(issue.keys, (key) => same(JSON.stringify(shortened(key))), ', ');
      return { en: `unknown: ${keys.en}`, ru: `неизвестные ключи: ${keys.ru}` };
    }
    default:
      return wordsOf(issue);
  }
}

function wordsOf(issue: Issue): Text {
  const text: unknown = issue.code === 'custom' ? issue.params?.['text'] : undefined;
  return isText(text) ? text : (SPOKEN.get(issue.message) ?? same(issue.message));
}

/** An issue of a schema's own rule, whose text is made of what it is about: `context.addIssue(spokenIssue({ en, ru }))`. */
export function spokenIssue(
  text: Text,
  path: PropertyKey[] = [],
): { code: 'custom'; message: string; path: PropertyKey[]; params: { text: Text } } {
  return { code: 'custom', message: text.en, path, params: { text } };
}

/** `must be a string`. */
export function mustBe(kind: Text): Text {
  return { en: `must be ${kind.en}`, ru: `здесь нужно: ${kind.ru}` };
}

/** Where a value stands, as one would write it in code: `livetex[0].token`; empty for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? shortened(String(part)) : `.${shortened(String(part))}`,
    )
    .join('');
}

/** Problems, or keys, that one message lists. Our choice: the first ones show what is wrong, and an input may hold a hundred thousand. */
export const MAX_LISTED = 10;
/** Longest key of somebody's that a message repeats, UTF-16 units. */
const MAX_KEY_LENGTH = 100;

/** The first ones in words, and how many are left. */
function firstOf<Item>(items: readonly Item[], words: (item: Item) => Text, between: string): Text {
  const listed = items.slice(0, MAX_LISTED).map(words);
  const left = items.length - listed.length;
  return joined([...listed, ...(left > 0 ? [{ en: `and ${left} more`, ru: `и ещё ${left}` }] : [])], between);
}

/** A key of somebody's as a message may repeat it. */
export function shortened(key: string): string {
  return key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH).toWellFormed()}…`;
}

/** `a string` for zod's `string`. */
export function kindWords(kind: string): Text {
  return KINDS[kind] ?? same(kind);
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): Text {
  if (!isLong(issue.origin)) {
    const isMore = issue.inclusive === false;
    return {
      en: `must be ${isMore ? 'more than' : 'at least'} ${issue.minimum}`,
      ru: `${isMore ? 'больше' : 'не меньше'} ${issue.minimum}`,
    };
  }
  if (issue.minimum === 1) return { en: 'must not be empty', ru: 'пустым быть не может' };
  const count = countWords(issue.minimum, issue.origin);
  return { en: `must have at least ${count.en}`, ru: `не меньше ${count.ru}` };
}

function isLong(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function countWords(count: number | bigint, origin: string): Text {
  const isText = origin === 'string';
  const unit = isText ? 'character' : 'item';
  const one = Number(count) % 10 === 1 && Number(count) % 100 !== 11;
  return {
    en: `${count} ${unit}${Number(count) === 1 ? '' : 's'}`,
    // In the genitive: "не больше 21 знака", "не меньше 16 знаков".
    ru: `${count} ${isText ? (one ? 'знака' : 'знаков') : one ? 'элемента' : 'элементов'}`,
  };
}
