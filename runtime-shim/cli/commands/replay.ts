import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ReplayResult } from '../../simulator/recording/replay-recording.ts';
import type { DialogRecording } from '../../simulator/recording/recording-schema.ts';
import { differenceText } from '../../simulator/recording/difference-text.ts';
import type { CommandWork } from '../command.ts';
import { cliError } from '../errors.ts';
import { EXIT_DONE, EXIT_FAILED } from '../exit-code.ts';
import { playScenario } from '../replay/play-scenario.ts';
import { readScenario } from '../replay/read-scenario.ts';
import { botFolderOf } from '../run/find-bot.ts';
import { coloured, printable, printableJson } from '../terminal.ts';

/** `replay`: plays a recorded dialog against the bot as it is now. Exit code 1 when something went another way. */
export const replay: CommandWork = async ({ terminal, arguments: { positionals, values, switches }, json, cwd }) => {
  const path = resolve(cwd, positionals[0] ?? '');
  const scenario = await readScenario(path);
  const folder = values['bot'] === undefined ? await botFolderOf(dirname(path)) : resolve(cwd, values['bot']);
  if (folder === undefined) {
    const problem = 'there is no bot.json beside the scenario or above it: name the bot folder with --bot';
    throw cliError('cli_usage', { problems: [problem] });
  }
  const result = await playScenario(folder, scenario);
  const isSame = result.differences.length === 0;
  if (switches.has('update')) {
    await writeFile(path, `${JSON.stringify(updated(scenario, result), null, 2)}\n`);
    if (!json)
      terminal.out(`recorded anew: ${scenario.steps.length} step(s), ${result.differences.length} difference(s)`);
  } else if (!json) {
    for (const difference of result.differences) terminal.out(`${printable(differenceText(difference))}\n`);
    terminal.out(coloured(terminal, isSame ? 'green' : 'red', summary(result)));
  }
  if (json) terminal.out(printableJson({ ok: isSame, ...result }));
  return isSame || switches.has('update') ? EXIT_DONE : EXIT_FAILED;
};

/** What went as recorded stays as it was written, with patterns that a person put in; the rest is what happened now. */
function updated(scenario: DialogRecording, { played, differences }: ReplayResult): DialogRecording {
  const changed = new Set(differences.map(({ step }) => step));
  const steps = scenario.steps.map((step, index) => (changed.has(index + 1) ? (played.steps[index] ?? step) : step));
  return { ...scenario, ...(played.bot === undefined ? {} : { bot: played.bot }), steps };
}

function summary({ differences, played }: ReplayResult): string {
  const steps = `${played.steps.length} ${played.steps.length === 1 ? 'step' : 'steps'}`;
  return differences.length === 0 ? `${steps}, all as recorded` : `${steps}, ${differences.length} difference(s)`;
}
