/** What a person reads about a value that does not fit: words, not zod's notation, and never the value. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { issueWords, pathText } from '../../../plugin/contract/issue-words.ts';

function wordsFor(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map((issue) => issueWords(issue).en) ?? [];
}

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'is missing (a string)'],
  [z.string(), 5, 'must be a string, got a number'],
  [z.string(), null, 'must be a string, got null'],
  [z.int(), 1.5, 'must be a whole number, got a number'],
  [z.number(), Number.NaN, 'must be a number, got NaN'],
  [z.boolean(), 'yes', 'must be true or false, got a string'],
  [z.array(z.string()), {}, 'must be a list, got an object'],
  [z.record(z.string(), z.string()), [], 'must be an object, got a list'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().min(2), 'a', 'must have at least 2 characters'],
  [z.string().max(2), 'abc', 'must have at most 2 characters'],
  [z.array(z.string()).min(1), [], 'must not be empty'],
  [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 item'],
  [z.number().min(3), 2, 'must be at least 3'],
  [z.number().positive(), 0, 'must be more than 0'],
  [z.number().max(3), 4, 'must be at most 3'],
  [z.number().lt(3), 3, 'must be less than 3'],
  [z.enum(['a', 'b']), 'c', 'must be one of "a", "b"'],
  [z.literal('a'), 'c', 'must be "a"'],
  [z.union([z.string(), z.number()]), {}, 'has none of the documented forms'],
  [z.union([z.string(), z.number()], 'must be a text or a number'), {}, 'must be a text or a number'],
  [z.record(z.string().min(1), z.string()), { '': 'a' }, 'wrong key: must not be empty'],
  [z.strictObject({}), { a: 1, b: 2 }, 'unknown: "a", "b"'],
  [z.string().regex(/a/, 'needs an "a"'), 'b', 'needs an "a"'],
])('%#: %o', (schema, value, expected) => {
  expect(wordsFor(schema, value)).toEqual([expected]);
});

test('a place is written as in code', () => {
  expect(pathText(['livetex', 0, 'webhook', 'key'])).toBe('livetex[0].webhook.key');
  expect(pathText([0, 'id'])).toBe('[0].id');
  expect(pathText([])).toBe('');
});

test('a list in a message has an end, and so has a key in it', () => {
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`${'x'.repeat(1_000)}${index}`, 1]));
  const [words = ''] = wordsFor(z.strictObject({}), keys);
  expect(words).toContain('and 99990 more');
  expect(words.length).toBeLessThan(1_200);
  expect(pathText(['x'.repeat(1_000_000)]).length).toBeLessThan(110);
});
