/** Reads a file that a person named on the command line, or says what is wrong with it: lines that no value stands in. */
import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf, textOf } from '../../plugin/contract/coded-error.ts';
import { issueWords, pathText } from '../../plugin/contract/issue-words.ts';
import { readPositionedJson } from '../json-with-places.ts';
import { same, type Text, together } from '../../plugin/contract/text.ts';
import { CLI_TEXTS } from './cli-texts.ts';
import { didYouMean } from '../names.ts';
import { cliError } from './errors.ts';

/** Far above any script or configuration, far below what would hurt: a wrong file named by mistake. */
const MAX_FILE_BYTES = 4 * 1_024 * 1_024;

/** @throws cli_file_missing, cli_file_is_folder, cli_file_too_large, cli_file_not_utf8, cli_file_unreadable */
export async function readTextFile(what: Text, path: string): Promise<string> {
  const facts = { what, path };
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw cliError('cli_file_is_folder', facts);
    if (!found.isFile()) throw cliError('cli_file_unreadable', { ...facts, reason: CLI_TEXTS.notRegular });
    if (found.size > MAX_FILE_BYTES) throw cliError('cli_file_too_large', { ...facts, limit: MAX_FILE_BYTES });
    bytes = await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code?.startsWith('cli_') === true) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw cliError('cli_file_missing', facts, error);
    throw cliError('cli_file_unreadable', { ...facts, reason: code === undefined ? textOf(error) : same(code) }, error);
  }
  if (!isUtf8(bytes)) throw cliError('cli_file_not_utf8', { ...facts, offset: firstWrongByte(bytes) });
  // The mark that some Windows editors put first (Unicode, "UTF-8 signature") is not part of the text.
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** The first byte that is not UTF-8: there, what was read and is written again differs. */
function firstWrongByte(bytes: Buffer): number {
  return Buffer.from(bytes.toString('utf8')).findIndex((byte, index) => byte !== bytes[index]);
}

/**
 * A JSON file's value, unchecked. A key that stands twice is a mistake: `JSON.parse` would keep the last one silently.
 * @throws cli_json_invalid with line and column, and what `readTextFile` throws
 */
export async function readJsonFile(what: Text, path: string): Promise<unknown> {
  const reading = readPositionedJson(await readTextFile(what, path));
  if (!reading.ok) {
    const { line, column } = reading.place;
    const problems = [CLI_TEXTS.atPlace(line, column, reading.message)];
    throw cliError('cli_json_invalid', { what, path, problems });
  }
  const { value, duplicateKeys } = reading.json;
  if (duplicateKeys.length === 0) return value;
  const problems = duplicateKeys.map(({ path: keys, place }) =>
    CLI_TEXTS.atPlace(place.line, place.column, CLI_TEXTS.keyTwice(String(keys.at(-1)))),
  );
  throw cliError('cli_json_invalid', { what, path, problems });
}

/** `livetex[0].token: …`, or what stands for the file itself. */
export function problemAt(path: readonly PropertyKey[], problem: Text): Text {
  const place = pathText(path);
  return together((language) => `${place === '' ? CLI_TEXTS.wholeFile[language] : place}: ${problem[language]}`);
}

/** One line per problem; an unknown key gets a line of its own with the nearest one that `schema` knows. */
export function issueLines(issues: readonly z.core.$ZodIssue[], schema: z.ZodType): Text[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [problemAt(issue.path, issueWords(issue))];
    const knownKeys = keysOf(schema);
    return issue.keys.map((key) => {
      const isKnown = knownKeys.includes(key);
      return problemAt(
        [...issue.path, key],
        isKnown ? CLI_TEXTS.keyElsewhere : CLI_TEXTS.unknownKey(didYouMean(key, knownKeys)),
      );
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
