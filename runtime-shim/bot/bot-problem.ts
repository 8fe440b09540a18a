import type { Place } from '../line-index.ts';

/** Problems of one bot folder that are looked for and told; whoever has more mends these first. */
export const MAX_PROBLEMS = 200;

/** One thing that is wrong with a bot folder. */
export interface BotProblem {
  /** Relative to the bot folder. */
  readonly file: string;
  readonly place?: Place;
  /** Where in the file's structure: `scripts[0].commands[1].type`. */
  readonly path?: string;
  readonly reason: string;
}

/** `bot.json:12:9 scripts[0].commands[1].type: unknown command type …`: what an editor's terminal turns into a link. */
export function problemText(problem: BotProblem): string {
  const place = problem.place === undefined ? '' : `:${problem.place.line}:${problem.place.column}`;
  const path = problem.path === undefined || problem.path === '' ? '' : ` ${problem.path}`;
  return `${problem.file}${place}${path}: ${problem.reason}`;
}

/** Problems in the order of the files' text. */
export function byPlace(left: BotProblem, right: BotProblem): number {
  if (left.file !== right.file)
    return left.file === 'bot.json' ? -1 : right.file === 'bot.json' ? 1 : left.file < right.file ? -1 : 1;
  return (left.place?.line ?? 0) - (right.place?.line ?? 0) || (left.place?.column ?? 0) - (right.place?.column ?? 0);
}
