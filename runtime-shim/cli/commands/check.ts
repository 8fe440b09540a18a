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

const NO_TYPESCRIPT =
  'metabot-livetex: TypeScript is not installed, so types were not checked. Install it beside the bot: npm install --save-dev typescript';

/** `check`: all code of a bot folder, as an editor with the typings would. Exit code 1 for a problem; a hint is only told. */
export const check: CommandWork = async ({ terminal, arguments: { positionals }, json, cwd }) => {
  const folder = resolve(cwd, positionals[0] ?? '');
  try {
    const result = await checkBot({ bot: await loadBot(folder), typings: authorTypings() });
    if (result.typescript === null) terminal.err(NO_TYPESCRIPT);
    const isGood = result.problems.length === 0;
    if (json) terminal.out(printableJson({ ok: isGood, ...result }));
    else {
      for (const problem of result.problems) terminal.out(await problemText(folder, problem));
      for (const hint of result.hints) terminal.out(`hint: ${await problemText(folder, hint)}`);
      terminal.out(coloured(terminal, isGood ? 'green' : 'red', summary(result)));
    }
    return isGood ? EXIT_DONE : EXIT_FAILED;
  } catch (error) {
    if (!json || !(error instanceof CodedError)) throw error;
    const { code, message, facts } = error;
    terminal.out(printableJson({ ok: false, error: { code, message }, problems: facts['problems'] ?? [] }));
    terminal.err(`metabot-livetex: ${message}`);
    return exitCodeOf(error);
  }
};

async function problemText(folder: string, problem: ScriptProblem): Promise<string> {
  const head = printable(problemLine(problem));
  // A condition is shown by its place alone: inside a JSON string its own lines are not to be seen.
  if (!problem.file.endsWith('.js')) return `${head}\n`;
  const code = await readFile(join(folder, problem.file), 'utf8');
  return `${head}\n${printable(codeFrame(code, problem.line, problem.column))}\n`;
}

function summary({ problems, hints, checked, typescript }: BotCheck): string {
  const by = typescript === null ? 'without types' : `with TypeScript ${typescript}`;
  const also = hints.length === 0 ? '' : `; ${hints.length} hint(s)`;
  const found = problems.length === 0 ? 'no problems' : `${problems.length} problem(s)`;
  return `${found} in ${checked} scripts, libraries and conditions, checked ${by}${also}`;
}
