import type { Language, Text } from '../../../plugin/contract/text.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CodedError } from '../../../plugin/contract/coded-error.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import type { Bot } from '../../bot/bot.ts';
import { type BotCheck, checkBot } from '../../bot/check/check-bot.ts';
import { problemLine, type ScriptProblem } from '../../bot/check/script-problem.ts';
import { authorTypings } from '../../bot/check/type-check.ts';
import { readBot } from '../../bot/load/load-bot.ts';
import {
  type CommandContext,
  type CommandWork,
  EXIT_DONE,
  EXIT_FAILED,
  type ExitCode,
  exitCodeOf,
} from '../command.ts';
import { shimError } from '../../errors.ts';
import { cliError } from '../errors.ts';
import { jsonLogger } from '../json-logger.ts';
import { aborted } from '../listening.ts';
import { watchFolder } from '../../runtime/watch-folder.ts';
import { codeFrame } from '../run/code-frame.ts';
import { coloured, printable, printableJson } from '../terminal.ts';

/** `check`: all code of a bot folder, as an editor with the typings would. Exit code 1 for a problem; a hint is only told. */
export const check: CommandWork = async (context) => {
  const { arguments: given, json, cwd } = context;
  const folder = resolve(cwd, given.positionals[0] ?? '');
  if (!given.switches.has('watch')) return await checkOnce(folder, context);
  if (json) throw cliError('cli_usage', { problems: [CLI_TEXTS.watchWithJson] });
  return await checkAgainAndAgain(folder, context);
};

/** Lines around each check, by which an editor's task knows what is new (`.vscode/tasks.json` of an example). */
const BEGINS = '--- check';
const ENDS = '=== checked';

/** Checks now and whenever a file of the folder was saved, until it is stopped. */
async function checkAgainAndAgain(folder: string, context: CommandContext): Promise<ExitCode> {
  const { terminal, language, stop } = context;
  let saved = Promise.withResolvers<void>();
  const logger = jsonLogger({
    write: (line) => terminal.err(line),
    now: () => systemClock.now(),
    filter: { level: 'warn', secrets: [] },
  });
  const unwatch = watchFolder(folder, systemClock, logger, () => saved.resolve());
  void aborted(stop).then(() => saved.resolve());
  try {
    while (!stop.aborted) {
      terminal.out(BEGINS);
      try {
        await checkOnce(folder, context);
      } catch (error) {
        // A folder that cannot be loaded now may be mended by the next save: an editor reads why like any other problem.
        if (!(error instanceof CodedError)) throw error;
        terminal.out(printable(error.text[language]));
      }
      terminal.out(ENDS);
      await saved.promise;
      saved = Promise.withResolvers();
    }
  } finally {
    unwatch();
  }
  return EXIT_DONE;
}

async function checkOnce(folder: string, { terminal, language, json }: CommandContext): Promise<ExitCode> {
  const reading = await readBot(folder);
  const { bot } = reading;
  const result = await checkBot({ reading, typings: authorTypings() });
  if (result.typescript === null) terminal.err(`metabot-livetex: ${CLI_TEXTS.noTypeScript[language]}`);
  const refused =
    reading.problems.length === 0 ? undefined : shimError('bot_invalid', { folder, problems: reading.problems });
  const isGood = refused === undefined && result.problems.length === 0;
  if (json) {
    const document =
      refused === undefined
        ? inEnglish(result)
        : {
            error: { code: refused.code, message: refused.message },
            problems: reading.problems.map(({ en }) => en),
            rest: inEnglish(result),
          };
    terminal.out(printableJson({ ok: isGood, ...document }));
    if (refused !== undefined) terminal.err(`metabot-livetex: ${refused.text[language]}`);
  } else {
    for (const problem of result.problems) terminal.out(await problemText(bot, problem, language));
    for (const hint of result.hints) {
      terminal.out(`${CLI_TEXTS.hint[language]}: ${await problemText(bot, hint, language)}`);
    }
    if (refused !== undefined) throw refused;
    terminal.out(coloured(terminal, isGood ? 'green' : 'red', summary(result)[language]));
  }
  if (refused !== undefined) return exitCodeOf(refused);
  return isGood ? EXIT_DONE : EXIT_FAILED;
}

/** A document is in English. */
function inEnglish({ problems, hints, ...rest }: BotCheck): object {
  const english = ({ ru: _ru, ...problem }: ScriptProblem): object => problem;
  return { problems: problems.map(english), hints: hints.map(english), ...rest };
}

async function problemText(bot: Bot, problem: ScriptProblem, language: Language): Promise<string> {
  const head = printable(problemLine(problem, language));
  const code = await sourceOf(bot, problem.file);
  return code === undefined ? `${head}\n` : `${head}\n${printable(codeFrame(code, problem.line, problem.column))}\n`;
}

/** The lines that were checked: the file may have been saved, or renamed, since. `undefined`: a problem is shown by its place alone. */
async function sourceOf(bot: Bot, file: string): Promise<string | undefined> {
  // Inside a JSON string the lines of a condition are not to be seen.
  if (!file.endsWith('.js')) return undefined;
  const checked = bot.sources.get(file) ?? Object.values(bot.libraries).find((library) => library.file === file);
  // A script that nothing names was not read.
  return checked?.code ?? (await readFile(join(bot.folder, file), 'utf8').catch(() => undefined));
}

function summary({ problems, hints, checked, typescript }: BotCheck): Text {
  return CLI_TEXTS.checked({ problems: problems.length, hints: hints.length, checked, typescript });
}
