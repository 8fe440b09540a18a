import { isText, type Language, type Text } from '../../../plugin/contract/text.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CodedError } from '../../../plugin/contract/coded-error.ts';
import { type BotCheck, checkBot } from '../../bot/check/check-bot.ts';
import { problemLine, type ScriptProblem } from '../../bot/check/script-problem.ts';
import { authorTypings } from '../../bot/check/type-check.ts';
import { loadBot } from '../../bot/load/load-bot.ts';
import { type CommandWork, EXIT_DONE, EXIT_FAILED, exitCodeOf } from '../command.ts';
import { codeFrame } from '../run/code-frame.ts';
import { coloured, printable, printableJson } from '../terminal.ts';

/** `check`: all code of a bot folder, as an editor with the typings would. Exit code 1 for a problem; a hint is only told. */
export const check: CommandWork = async ({ terminal, arguments: { positionals }, language, json, cwd }) => {
  const folder = resolve(cwd, positionals[0] ?? '');
  try {
    const result = await checkBot({ bot: await loadBot(folder), typings: authorTypings() });
    if (result.typescript === null) terminal.err(`metabot-livetex: ${CLI_TEXTS.noTypeScript[language]}`);
    const isGood = result.problems.length === 0;
    if (json) terminal.out(printableJson({ ok: isGood, ...inEnglish(result) }));
    else {
      for (const problem of result.problems) terminal.out(await problemText(folder, problem, language));
      for (const hint of result.hints) {
        terminal.out(`${CLI_TEXTS.hint[language]}: ${await problemText(folder, hint, language)}`);
      }
      terminal.out(coloured(terminal, isGood ? 'green' : 'red', summary(result)[language]));
    }
    return isGood ? EXIT_DONE : EXIT_FAILED;
  } catch (error) {
    if (!json || !(error instanceof CodedError)) throw error;
    const { code, message, text, facts } = error;
    const problems = Array.isArray(facts['problems']) ? facts['problems'].filter(isText).map(({ en }) => en) : [];
    terminal.out(printableJson({ ok: false, error: { code, message }, problems }));
    terminal.err(`metabot-livetex: ${text[language]}`);
    return exitCodeOf(error);
  }
};

/** A document is in English. */
function inEnglish({ problems, hints, ...rest }: BotCheck): object {
  const english = ({ ru: _ru, ...problem }: ScriptProblem): object => problem;
  return { problems: problems.map(english), hints: hints.map(english), ...rest };
}

async function problemText(folder: string, problem: ScriptProblem, language: Language): Promise<string> {
  const head = printable(problemLine(problem, language));
  // A condition is shown by its place alone: inside a JSON string its own lines are not to be seen.
  if (!problem.file.endsWith('.js')) return `${head}\n`;
  const code = await readFile(join(folder, problem.file), 'utf8');
  return `${head}\n${printable(codeFrame(code, problem.line, problem.column))}\n`;
}

function summary({ problems, hints, checked, typescript }: BotCheck): Text {
  return CLI_TEXTS.checked({ problems: problems.length, hints: hints.length, checked, typescript });
}
