import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The kinds of values, as zod calls them, in a person's words. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** zod's own text for a union of which no form fits and that was given no words. */
const NO_WORDS = 'Invalid input';

/** What is wrong with a value, for the person who wrote it; the value itself is not repeated, it may be a secret. */
export function issueWords(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const received = /received (\w+)$/.exec(issue.message)?.[1] ?? '';
      if (received === 'undefined') return `is missing (${kindWords(issue.expected)})`;
      return `must be ${kindWords(issue.expected)}, got ${kindWords(received)}`;
    }
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return isLong(issue.origin)
        ? `must have at most ${countWords(issue.maximum, issue.origin)}`
        : `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_value': {
      const values = issue.values.map((value) => JSON.stringify(value) ?? String(value));
      return values.length === 1 ? `must be ${values.join()}` : `must be one of ${values.join(', ')}`;
    }
    case 'invalid_union':
      return issue.message === NO_WORDS ? 'has none of the documented forms' : issue.message;
    case 'invalid_key':
      return `wrong key: ${firstOf(issue.issues, issueWords, '; ')}`;
    case 'unrecognized_keys':
      return `unknown: ${firstOf(issue.keys, (key) => JSON.stringify(shortened(key)), ', ')}`;
    default:
      return issue.message;
  }
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
function firstOf<Item>(items: readonly Item[], words: (item: Item) => string, between: string): string {
  const listed = items.slice(0, MAX_LISTED).map(words);
  const left = items.length - listed.length;
  return [...listed, ...(left > 0 ? [`and ${left} more`] : [])].join(between);
}

/** A key of somebody's as a message may repeat it. */
export function shortened(key: string): string {
  return key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH).toWellFormed()}…`;
}

/** `a string` for zod's `string`. */
export function kindWords(kind: string): string {
  return KINDS[kind] ?? kind;
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (!isLong(issue.origin)) return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  if (issue.minimum === 1) return 'must not be empty';
  return `must have at least ${countWords(issue.minimum, issue.origin)}`;
}

function isLong(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function countWords(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : 'item';
  return `${count} ${unit}${Number(count) === 1 ? '' : 's'}`;
}
