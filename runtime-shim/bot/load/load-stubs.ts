import { spoken, spokenIssue } from '../../../plugin/contract/issue-words.ts';
import { z } from 'zod';
import { addressProblem } from '../../api/allow-list.ts';
import type { Stub } from '../../api/contract.ts';
import { readPositionedJson } from '../../json-with-places.ts';
import { type BotProblem, describeIssues } from './describe-issues.ts';
import { LOAD_TEXTS } from './load-texts.ts';
import { readBotFile } from './read-bot-file.ts';

/** Answers for requests of scripts, in `run`, `simulate` and `replay` (`docs/bot-folder.md`). */
const STUBS_FILE = 'stubs.json';
/** Largest file, bytes, and most stubs. Our choice: a page of answers for each of a bot's scripts fits. */
const MAX_STUBS_BYTES = 2 * 1024 * 1024;
const MAX_STUBS = 1_000;
/** Longest wait of a stub, ms: longer than any script runs. */
const MAX_DELAY_MS = 60_000;

export const stubSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  url: z.string().superRefine((url, context) => {
    const problem = url.slice(0, -1).includes('*')
      ? { en: 'may have a "*" at its end only', ru: 'звёздочка "*" может стоять только в конце' }
      : addressProblem(url.endsWith('*') ? url.slice(0, -1) : url);
    if (problem !== undefined) context.addIssue(spokenIssue(problem));
  }),
  status: z.int().min(200).max(599).default(200),
  body: z.json().optional(),
  delayMs: z.int().min(0).max(MAX_DELAY_MS).default(0),
});

/** The stubs of a bot folder, which need not have any. */
export async function loadStubs(
  folder: string,
): Promise<{ readonly stubs: readonly Stub[]; readonly problems: readonly BotProblem[] }> {
  const file = STUBS_FILE;
  const reading = await readBotFile(folder, file, MAX_STUBS_BYTES);
  if (!reading.ok) {
    return { stubs: [], problems: reading.reason === LOAD_TEXTS.noSuchFile ? [] : [{ file, reason: reading.reason }] };
  }
  const json = readPositionedJson(reading.text);
  if (!json.ok) return { stubs: [], problems: [{ file, place: json.place, reason: json.message }] };
  const parsed = z
    .array(stubSchema, spoken({ en: 'must be a list of answers', ru: 'здесь нужен список ответов' }))
    .max(MAX_STUBS)
    .safeParse(json.json.value);
  if (parsed.success) return { stubs: parsed.data, problems: [] };
  const known = Object.keys(stubSchema.shape);
  return { stubs: [], problems: describeIssues(parsed.error.issues, json.json, file, known) };
}
