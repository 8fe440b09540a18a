import { CLI_TEXTS } from '../cli-texts.ts';
import { resolve } from 'node:path';
import { type CommandWork, EXIT_DONE, EXIT_FAILED } from '../command.ts';
import { readTextFile } from '../read-file.ts';
import { readLeadFile } from '../run/lead-file.ts';
import { reportText } from '../run/run-report.ts';
import { type Operators, runScriptOnce } from '../run/run-script-once.ts';
import { printableJson } from '../terminal.ts';

/** `run`: one script file once, and what it did. A failed script is exit code 1, a wrong file 2. */
export const run: CommandWork = async ({
  terminal,
  arguments: { positionals, values, switches },
  language,
  json,
  cwd,
}) => {
  const path = resolve(cwd, positionals[0] ?? '');
  const leadPath = values['lead'] === undefined ? undefined : resolve(cwd, values['lead']);
  const code = await readTextFile(CLI_TEXTS.script, path);
  const lead = await readLeadFile(leadPath);
  const operators = (values['operators'] ?? 'online') as Operators;
  const { report, ru, errorSource, problem } = await runScriptOnce({
    path,
    code,
    operators,
    lead,
    live: switches.has('live'),
  });
  if (problem !== undefined) {
    terminal.err(`metabot-livetex: ${CLI_TEXTS.librariesOnly(problem)[language]}`);
  }
  terminal.out(
    json
      ? printableJson(problem === undefined ? report : { ...report, problem: problem.en })
      : reportText({ ...report, ru }, terminal, { source: errorSource, language }),
  );
  return report.ok ? EXIT_DONE : EXIT_FAILED;
};
