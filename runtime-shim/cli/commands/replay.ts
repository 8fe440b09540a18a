import type { Text } from '../../../plugin/contract/text.ts';
import { engineText } from '../../sandbox/engine-words.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../../../plugin/contract/coded-error.ts';
import type { LiveTexPlugin } from '../../../plugin/index.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import { loadBot } from '../../bot/load/load-bot.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { differenceText } from '../../simulator/recording/compare-outcomes.ts';
import { type DialogRecording, recordingSchema } from '../../simulator/recording/recording-schema.ts';
import { createReplayClock } from '../../simulator/recording/replay-clock.ts';
import { replayRecording, type ReplayResult } from '../../simulator/recording/replay-recording.ts';
import { type CommandWork, EXIT_DONE, EXIT_FAILED } from '../command.ts';
import type { Config } from '../config/config-schema.ts';
import { apiModeOf, loadConfigForSimulation, simulatedConfig, simulatedGroups } from '../config/load-config.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { cliError } from '../errors.ts';
import { issueLines, problemAt, readJsonFile } from '../read-file.ts';
import { setWebhookAt } from '../register-webhooks.ts';
import { botFolderOf } from '../run/find-bot.ts';
import { coloured, printable, printableJson } from '../terminal.ts';

/** `replay`: plays a recorded dialog against the bot as it is now. Exit code 1 when something went another way. */
export const replay: CommandWork = async ({
  terminal,
  arguments: { positionals, values, switches },
  language,
  json,
  cwd,
  env,
}) => {
  const path = resolve(cwd, positionals[0] ?? '');
  const scenario = await readRecording(path);
  const folder = values['bot'] === undefined ? await botFolderOf(dirname(path)) : resolve(cwd, values['bot']);
  if (folder === undefined) {
    throw cliError('cli_usage', { problems: [CLI_TEXTS.noBotBeside] });
  }
  const file = values['config'];
  const own = file === undefined ? undefined : await loadConfigForSimulation(file, cwd, env);
  const result = await playRecording(folder, scenario, own, switches.has('live'));
  const isSame = result.differences.length === 0;
  if (!isSame && scenario.withSettings === true && own === undefined) {
    terminal.err(`metabot-livetex: ${CLI_TEXTS.settingsMissing[language]}`);
  }
  if (switches.has('update')) {
    await writeFile(path, `${JSON.stringify(updated(scenario, result), null, 2)}\n`);
    if (!json) {
      terminal.out(CLI_TEXTS.recordedAnew(scenario.steps.length, result.differences.length)[language]);
    }
  } else if (!json) {
    for (const difference of result.differences) {
      terminal.out(`${printable(differenceText(difference, language))}\n`);
    }
    terminal.out(coloured(terminal, isSame ? 'green' : 'red', summary(result)[language]));
  }
  if (json) terminal.out(printableJson({ ok: isSame, ...inEnglish(result) }));
  return isSame || switches.has('update') ? EXIT_DONE : EXIT_FAILED;
};

/** A document is in English. */
function inEnglish({ played, differences }: ReplayResult): object {
  const english = ({ lines, ...difference }: ReplayResult['differences'][number]): object => ({
    ...difference,
    lines: lines.map(({ mark, text }) => ({ mark, text: text.en })),
  });
  return { played, differences: differences.map(english) };
}

/** What went as recorded stays as it was written, with patterns that a person put in; the rest is what happened now. */
function updated(scenario: DialogRecording, { played, differences }: ReplayResult): DialogRecording {
  const changed = new Set(differences.map(({ step }) => step));
  const steps = scenario.steps.map((step, index) => {
    const outcome = changed.has(index + 1) ? played.steps[index]?.outcome : undefined;
    return outcome === undefined ? step : { ...step, outcome };
  });
  return { ...scenario, ...(played.bot === undefined ? {} : { bot: played.bot }), steps };
}

function summary({ differences, played }: ReplayResult): Text {
  return CLI_TEXTS.replayed(played.steps.length, differences.length);
}

const WHAT = CLI_TEXTS.recording;

/** A scenario file, checked. @throws cli_json_invalid with every problem, and what `readTextFile` throws */
export async function readRecording(path: string): Promise<DialogRecording> {
  const parsed = recordingSchema.safeParse(await readJsonFile(WHAT, path));
  if (!parsed.success) {
    const problems = issueLines(parsed.error.issues, recordingSchema);
    throw cliError('cli_json_invalid', { what: WHAT, path, problems });
  }
  const broken = parsed.data.steps
    .flatMap(({ outcome }) => outcome.sees ?? [])
    .flatMap((line) => patternProblem(line.matches ?? ''));
  if (broken.length > 0) throw cliError('cli_json_invalid', { what: WHAT, path, problems: broken });
  return parsed.data;
}

function patternProblem(pattern: string): Text[] {
  try {
    RegExp(pattern, 'u');
    return [];
  } catch (error) {
    return [problemAt(['matches'], engineText(messageOf(error)))];
  }
}

/** Hours that name no time zone are those of the machine, so of the one that the dialog was recorded on. */
function inZone(own: Config | undefined, timeZone: string | undefined): Config | undefined {
  if (own === undefined || timeZone === undefined) return own;
  const livetex = own.livetex.map(({ schedule, ...binding }) =>
    schedule === undefined ? binding : { ...binding, schedule: { timeZone, ...schedule } },
  );
  return { ...own, livetex };
}

const HOST = '127.0.0.1';

/**
 * Plays a recording against a bot folder: a runtime, the plugin and a local LiveTex of its own, all in memory. `own`: the
 * settings that it was recorded with, if they were not the defaults.
 */
export async function playRecording(
  botFolder: string,
  recording: DialogRecording,
  own?: Config,
  live = false,
): Promise<ReplayResult> {
  const clock = createReplayClock(recording.at === undefined ? systemClock.now() : Date.parse(recording.at));
  const emulator = await startLiveTexEmulator({ ...simulatedGroups(own), operators: [], clock });
  const storage = createMemoryStorage({ clock });
  try {
    // Nobody else has this LiveTex, so nobody changes its webhook.
    const webhook = { keep: false, publicUrl: `http://${HOST}`, key: randomBytes(16).toString('base64url') };
    const binding = { token: emulator.token, baseUrl: emulator.url, webhook };
    const config = simulatedConfig(inZone(own, recording.timeZone), { bot: botFolder, port: 0, binding });
    let plugin: LiveTexPlugin | undefined;
    const onPlugin = (made: LiveTexPlugin): void => void (plugin = made);
    const bot = await loadBot(botFolder);
    const bots = [{ ...bot, timeZone: bot.timeZone ?? recording.timeZone }] as const;
    const parts = { bots, dates: () => clock.now(), apiMode: apiModeOf(live, own) };
    // One lead writes, one script runs at a time, and nobody waits where a runner is started anew.
    const sandbox = { runners: 1, spares: 0 };
    const http = { host: HOST, port: 0 };
    const runtime = await createRuntimeOf(config, { storage, clock, http, onPlugin, parts, sandbox });
    try {
      await runtime.start();
      const [first] = config.livetex;
      if (first !== undefined) await setWebhookAt(first, runtime.url ?? '');
      const onOperators = (): void => plugin?.outdateAvailability();
      return await replayRecording(recording, { runtime, emulator, clock, onOperators });
    } finally {
      await runtime.close();
    }
  } finally {
    await Promise.all([storage.close(), emulator.close()]);
  }
}
