/** Problems of a checked value as lines a person can act on: `livetex[0].token: …`. No line repeats a value. */
import { z } from 'zod';
import { didYouMean } from '../../bot/nearest-name.ts';

type Path = ReadonlyArray<PropertyKey>;

export function pathText(path: Path): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? '(the whole file)' : text;
}

/** One line per problem; an unknown key gets a line of its own with the nearest known one. */
export function issueLines(issues: readonly z.core.$ZodIssue[], knownKeys: readonly string[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`${pathText(issue.path)}: ${issueText(issue)}`];
    return issue.keys.map((key) => {
      return `${pathText([...issue.path, key])}: unknown key${didYouMean(key, knownKeys)}`;
    });
  });
}

function issueText(issue: z.core.$ZodIssue): string {
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return missing ? `is missing (${issue.expected})` : issue.message.replace(/^Invalid input: /, '');
}

/** Every key that a schema knows, at any depth. */
export function keysOf(schema: z.ZodType): string[] {
  const keys = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
      for (const key of Object.keys(node.properties)) keys.add(key);
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return [...keys];
}
