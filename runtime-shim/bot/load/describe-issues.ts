import type { z } from 'zod';
import { issueWords, kindWords, mustBe, pathText } from '../../../plugin/contract/issue-words.ts';
import { same, type Text, together } from '../../../plugin/contract/text.ts';
import {
  SCRIPT_TYPE_WORDS,
  botSchema,
  channelSchema,
  endpointSchema,
  menuItemSchema,
  routeSchema,
  scriptSchema,
  statusSchema,
} from './bot-schema.ts';
import { COMMAND_SCHEMAS, COMMAND_TYPES } from './command-schema.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { didYouMean } from '../../names.ts';
import type { Place, PositionedJson } from '../../json-with-places.ts';

type Issue = z.core.$ZodIssue;

/** A schema's issues in an author's words, each with its place in the file. `keys`: those of its objects, when it is not `bot.json`. */
export function describeIssues(
  issues: readonly Issue[],
  json: PositionedJson,
  file: string,
  keys?: readonly string[],
): BotProblem[] {
  return issues.slice(0, MAX_PROBLEMS).flatMap((issue) => describe(issue, json, file, keys));
}

function describe(issue: Issue, json: PositionedJson, file: string, keys: readonly string[] | undefined): BotProblem[] {
  const at = (path: readonly PropertyKey[], reason: Text): BotProblem => ({
    file,
    place: json.place(path),
    path: pathText(path),
    reason,
  });
  if (issue.code === 'unrecognized_keys') {
    const known = keys ?? knownKeysAt(issue.path, json.value);
    return issue.keys
      .slice(0, MAX_PROBLEMS)
      .map((key) => at([...issue.path, key], LOAD_TEXTS.unknownKey(key, didYouMean(key, known), known.join(', '))));
  }
  const got = valueAt(json.value, issue.path);
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'type') {
    if (got === undefined) return [at(issue.path, LOAD_TEXTS.commandNeedsType(COMMAND_TYPES.join(', ')))];
    const name = typeof got === 'string' ? got : '';
    const hint = didYouMean(name, COMMAND_TYPES);
    return [at(issue.path, LOAD_TEXTS.unknownCommand(show(got), hint, COMMAND_TYPES.join(', ')))];
  }
  if (issue.code === 'invalid_union') return [at(issue.path, LOAD_TEXTS.got(issueWords(issue), show(got)))];
  if (issue.code === 'custom' && typeof issue.params?.['unknownType'] === 'string') {
    const name = issue.params['unknownType'];
    const hint = didYouMean(name, SCRIPT_TYPE_WORDS);
    return [at(issue.path, LOAD_TEXTS.unknownType(name, hint, SCRIPT_TYPE_WORDS.join(', ')))];
  }
  if (issue.code === 'invalid_type' && got !== undefined) {
    return [at(issue.path, LOAD_TEXTS.got(mustBe(kindWords(issue.expected)), show(got)))];
  }
  return [at(issue.path, issueWords(issue))];
}

/** The keys that the object at a path may have. */
function knownKeysAt(path: readonly PropertyKey[], root: unknown): string[] {
  const [first, , third] = path;
  if (path.length === 0) return Object.keys(botSchema.shape).filter((key) => !key.startsWith('$'));
  if (first === 'routes') return Object.keys(routeSchema.shape);
  if (first === 'statuses') return Object.keys(statusSchema.shape);
  if (first === 'endpoints') return Object.keys(endpointSchema.shape);
  if (first === 'attributes') return ['env'];
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

function show(value: unknown): Text {
  if (Array.isArray(value)) return LOAD_TEXTS.list;
  if (typeof value === 'object' && value !== null) return LOAD_TEXTS.object;
  // Nothing that came out of JSON, but for an absent value, has no JSON.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return LOAD_TEXTS.nothing;
  return same(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);
}

/** Problems of one bot folder that are looked for and told; whoever has more mends these first. */
export const MAX_PROBLEMS = 200;

/** One thing that is wrong with a bot folder. */
export interface BotProblem {
  /** Relative to the bot folder. */
  readonly file: string;
  readonly place?: Place;
  /** Where in the file's structure: `scripts[0].commands[1].type`. */
  readonly path?: string;
  readonly reason: Text;
}

/** `bot.json:12:9 scripts[0].commands[1].type: unknown command type …`: what an editor's terminal turns into a link. */
export function problemText(problem: BotProblem): Text {
  const place = problem.place === undefined ? '' : `:${problem.place.line}:${problem.place.column}`;
  const path = problem.path === undefined || problem.path === '' ? '' : ` ${problem.path}`;
  return together((language) => `${problem.file}${place}${path}: ${problem.reason[language]}`);
}

/** Problems in the order of the files' text. */
export function byPlace(left: BotProblem, right: BotProblem): number {
  if (left.file !== right.file)
    return left.file === 'bot.json' ? -1 : right.file === 'bot.json' ? 1 : left.file < right.file ? -1 : 1;
  return (left.place?.line ?? 0) - (right.place?.line ?? 0) || (left.place?.column ?? 0) - (right.place?.column ?? 0);
}
