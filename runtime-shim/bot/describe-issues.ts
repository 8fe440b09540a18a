import type { z } from 'zod';
import { issueWords, kindWords, pathText } from '../../plugin/contract/issue-words.ts';
import { type BotProblem, MAX_PROBLEMS } from './bot-problem.ts';
import {
  botSchema,
  channelSchema,
  menuItemSchema,
  routeSchema,
  SCRIPT_TYPE_WORDS,
  scriptSchema,
} from './bot-schema.ts';
import { COMMAND_SCHEMAS, COMMAND_TYPES } from './command-schema.ts';
import { didYouMean } from '../names.ts';
import type { PositionedJson } from '../json-with-places.ts';

type Issue = z.core.$ZodIssue;

/** A schema's issues in an author's words, each with its place in `bot.json`. */
export function describeIssues(issues: readonly Issue[], json: PositionedJson, file: string): BotProblem[] {
  return issues.slice(0, MAX_PROBLEMS).flatMap((issue) => describe(issue, json, file));
}

function describe(issue: Issue, json: PositionedJson, file: string): BotProblem[] {
  const at = (path: readonly PropertyKey[], reason: string): BotProblem => ({
    file,
    place: json.place(path),
    path: pathText(path),
    reason,
  });
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeysAt(issue.path, json.value);
    return issue.keys
      .slice(0, MAX_PROBLEMS)
      .map((key) =>
        at([...issue.path, key], `unknown key "${key}"${didYouMean(key, known)}; known: ${known.join(', ')}`),
      );
  }
  const got = valueAt(json.value, issue.path);
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'type') {
    if (got === undefined) return [at(issue.path, `a command needs a "type": one of ${COMMAND_TYPES.join(', ')}`)];
    const name = typeof got === 'string' ? got : '';
    const hint = didYouMean(name, COMMAND_TYPES);
    return [at(issue.path, `unknown command type ${show(got)}${hint}; known: ${COMMAND_TYPES.join(', ')}`)];
  }
  if (issue.code === 'invalid_union') return [at(issue.path, `${issueWords(issue)}, got ${show(got)}`)];
  if (issue.code === 'custom' && typeof issue.params?.['unknownType'] === 'string') {
    const name = issue.params['unknownType'];
    const hint = didYouMean(name, SCRIPT_TYPE_WORDS);
    return [at(issue.path, `unknown script type "${name}"${hint}; known: ${SCRIPT_TYPE_WORDS.join(', ')}`)];
  }
  if (issue.code === 'invalid_type' && got !== undefined) {
    return [at(issue.path, `must be ${kindWords(issue.expected)}, got ${show(got)}`)];
  }
  return [at(issue.path, issueWords(issue))];
}

/** The keys that the object at a path may have. */
function knownKeysAt(path: readonly PropertyKey[], root: unknown): string[] {
  const [first, , third] = path;
  if (path.length === 0) return Object.keys(botSchema.shape).filter((key) => !key.startsWith('$'));
  if (first === 'routes') return Object.keys(routeSchema.shape);
  if (first === 'channels') return Object.keys(channelSchema.shape);
  if (third === 'menu') return Object.keys(menuItemSchema.shape);
  if (third !== 'commands') return Object.keys(scriptSchema.shape);
  const type = valueAt(root, [...path, 'type']);
  const known = COMMAND_TYPES.find((name) => name === type);
  return known === undefined ? ['type', 'condition'] : Object.keys(COMMAND_SCHEMAS[known].shape);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Longest piece of a wrong value that is shown. */
const SHOWN_LENGTH = 60;

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
