import type { Bot, SourceFile } from '../bot.ts';
import { findTypeScript, typeCheck } from './type-check.ts';
import { type KnownNames, lintScript } from './lint-script.ts';
import { inOrder, type ScriptProblem } from './script-problem.ts';

/** Libraries of the platform's vendor that the runtime has (`docs/platform.md`). */
const VENDOR_LIBRARIES = ['Common.Bot.Commands'] as const;

export interface BotCheck {
  readonly problems: readonly ScriptProblem[];
  /** How many pieces of code were looked at: scripts, libraries, conditions. */
  readonly checked: number;
  /** The TypeScript that checked the types; `null`: none is installed, so nobody did. */
  readonly typescript: string | null;
}

export interface CheckBotOptions {
  /** A loaded bot: its folder is already known to be consistent, and its scripts compile. */
  readonly bot: Bot;
  /** Absolute paths of the typings of what a script sees. */
  readonly typings: readonly string[];
}

/** Checks all code of a bot as an editor with the typings would, and what only the whole bot can tell. */
export async function checkBot({ bot, typings }: CheckBotOptions): Promise<BotCheck> {
  const conditions = conditionsOf(bot);
  const libraries = Object.values(bot.libraries).filter(({ sameAs }) => sameAs === undefined);
  const scripts = [...bot.sources.values(), ...libraries, ...conditions.map(({ source }) => source)];
  const known: KnownNames = {
    scripts: new Set(bot.scripts.keys()),
    libraries: new Set([...Object.keys(bot.libraries), ...VENDOR_LIBRARIES]),
  };
  const problems = scripts.flatMap(({ file, code }) => lintScript(file, code, known));
  const typescript = await findTypeScript(bot.folder);
  if (typescript !== undefined) problems.push(...(await typeCheck(typescript, scripts, typings)));
  return {
    problems: inOrder(problems.map((problem) => atCondition(problem, conditions))),
    checked: scripts.length,
    typescript: typescript?.version ?? null,
  };
}

interface Condition {
  /** Under a made-up name, which no file of the bot can have. */
  readonly source: SourceFile;
  readonly line: number;
  readonly column: number;
}

/** Conditions stand in `bot.json`, inside a JSON string. */
function conditionsOf(bot: Bot): Condition[] {
  const found: Condition[] = [];
  for (const [code, script] of bot.scripts) {
    for (const part of ['commands', 'menu'] as const) {
      for (const [index, item] of script[part].entries()) {
        if (item.condition === undefined || item.condition === '') continue;
        const place = bot.place(code, [part, index, 'condition']);
        const file = `bot.json#${found.length}.js`;
        found.push({ source: { file, code: item.condition }, line: place.line, column: place.column });
      }
    }
  }
  return found;
}

/** A problem of a condition is shown where the condition begins: columns inside a JSON string are not those of its text. */
function atCondition(problem: ScriptProblem, conditions: readonly Condition[]): ScriptProblem {
  const condition = conditions.find(({ source }) => source.file === problem.file);
  return condition === undefined
    ? problem
    : { ...problem, file: 'bot.json', line: condition.line, column: condition.column };
}
