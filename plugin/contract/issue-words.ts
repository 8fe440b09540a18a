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
      return `wrong key: ${issue.issues.map(issueWords).join('; ')}`;
    case 'unrecognized_keys':
      return `unknown: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    default:
      return issue.message;
  }
}

/** Where a value stands, as one would write it in code: `livetex[0].token`; empty for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`))
    .join('');
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
