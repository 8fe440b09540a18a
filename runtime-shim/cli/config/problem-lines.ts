/** Problems of a checked value as lines a person can act on: `livetex[0].token: …`. No line repeats a value. */
import { z } from 'zod';
import { issueWords, pathText } from '../../../plugin/contract/issue-words.ts';
import { didYouMean } from '../../names.ts';

/** `livetex[0].token`, or what stands for the file itself. */
export function placeText(path: readonly PropertyKey[]): string {
  return pathText(path) || '(the whole file)';
}

/** One line per problem; an unknown key gets a line of its own with the nearest known one. */
export function issueLines(issues: readonly z.core.$ZodIssue[], knownKeys: readonly string[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`${placeText(issue.path)}: ${issueWords(issue)}`];
    return issue.keys.map((key) => {
      return `${placeText([...issue.path, key])}: unknown key${didYouMean(key, knownKeys)}`;
    });
  });
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
