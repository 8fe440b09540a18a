import type { z } from 'zod';
import { issueWords, MAX_LISTED, shortened } from './issue-words.ts';

/**
 * Parses what a remote system sent. A `null` where a field may be absent counts as absent: the documentation is silent
 * on it, and many servers write their empty fields so. Only tried when the value does not fit as it came.
 */
export function parseTolerantly<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed;
  const again = schema.safeParse(withoutNulls(value));
  return again.success ? again : parsed;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

/** What does not fit, as `path: problem`, without the values. `whole` stands for an empty path; where it is empty, too, the problem stands alone. */
export function problemsOf(error: z.ZodError, whole = 'the whole'): string[] {
  const lines = error.issues.slice(0, MAX_LISTED).map((issue) => {
    const path = issue.path.map((part) => shortened(String(part))).join('.') || whole;
    return path === '' ? issueWords(issue).en : `${path}: ${issueWords(issue).en}`;
  });
  const left = error.issues.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}
