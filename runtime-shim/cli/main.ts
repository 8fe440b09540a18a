/** The command: finds what was asked for, checks it, runs it, and ends with the exit code that says how it went. Below it, the texts of `--help`. */
import { codeOf, messageOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { Language } from '../../plugin/contract/text.ts';
import { CLI_TEXTS } from './cli-texts.ts';
import { type CommandContext, type CommandSpec, EXIT_DONE, EXIT_USAGE, type ExitCode, exitCodeOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { cliError } from './errors.ts';
import { stopOnSignals } from './listening.ts';
import { packageVersion } from './package-files.ts';
import { COMMON_OPTIONS, languageOf, parseArguments, splitLanguage } from './parse-arguments.ts';
import { printableJson, processTerminal, type Terminal } from './terminal.ts';

/** The longest that a timer can be (a signed 32-bit count of ms). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs the process's own command line and exits. */
export async function main(): Promise<void> {
  // A reader that went away (`… | head`) is no failure of ours.
  process.stdout.on('error', () => process.exit(EXIT_DONE));
  // A server does not end because whoever read its log did; there is nobody left to tell.
  process.stderr.on('error', () => {});
  // What a command waits for (runners, timers, sockets in a pool) does not hold the process by itself.
  setInterval(() => {}, LONGEST_TIMER_MS);
  const code = await runCommandLine(process.argv.slice(2), processTerminal());
  await Promise.all([process.stdout, process.stderr].map(written));
  // Exit at once instead of waiting for the loop to empty: whatever a command left open must not keep a shell waiting.
  process.exit(code);
}

/** Resolves when all that was written has left. Exiting cuts off what a pipe (64 KiB on Linux, pipe(7)) has not taken yet. */
async function written(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Runs one command line. Never rejects. */
export async function runCommandLine(line: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const json = line.includes('--json');
  const { given, rest: argv } = splitLanguage(line);
  const language = languageOf(given, process.env);
  try {
    return await dispatch(argv, { terminal, json, language });
  } catch (error) {
    const code = codeOf(error);
    const spec = COMMANDS.find(({ name }) => name === argv[0]);
    if (json) {
      const failure = { code: code ?? 'internal', message: messageOf(error) };
      terminal.out(printableJson(spec?.failure?.(failure) ?? { ok: false, error: failure }));
    }
    terminal.err(`metabot-livetex: ${textOf(error)[language]}`);
    if (code === 'cli_usage' && spec !== undefined) {
      terminal.err(`\n${CLI_TEXTS.usageLine(usageLine(spec))[language]}\n${CLI_TEXTS.more(spec.name)[language]}`);
    }
    if (code === 'cli_command_unknown') terminal.err(CLI_TEXTS.allCommands[language]);
    if (code === undefined && error instanceof Error) terminal.err(error.stack ?? '');
    return exitCodeOf(error);
  }
}

async function dispatch(
  argv: readonly string[],
  { terminal, json, language }: Pick<CommandContext, 'terminal' | 'json' | 'language'>,
): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.err(programHelp(COMMANDS, language));
    return EXIT_USAGE;
  }
  if (first === '--version') {
    terminal.out(packageVersion());
    return EXIT_DONE;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const asked = rest.find((word) => !word.startsWith('-'));
    terminal.out(asked === undefined ? programHelp(COMMANDS, language) : commandHelp(findCommand(asked), language));
    return EXIT_DONE;
  }
  const spec = findCommand(first);
  const wanted = rest.map((word) => (word === '-h' ? '--help' : word));
  const parsed = parseArguments(spec, wanted);
  if (parsed.switches.has('help')) {
    terminal.out(commandHelp(spec, language));
    return EXIT_DONE;
  }
  const work = await spec.load();
  return await work({
    terminal,
    arguments: parsed,
    language,
    json,
    cwd: process.cwd(),
    env: process.env,
    stop: stopOnSignals(terminal, language),
  });
}

function findCommand(given: string): CommandSpec {
  const spec = COMMANDS.find(({ name }) => name === given);
  if (spec !== undefined) return spec;
  if (given.startsWith('-')) {
    throw cliError('cli_usage', { problems: [CLI_TEXTS.commandFirst(given)] });
  }
  throw cliError('cli_command_unknown', { given, known: COMMANDS.map(({ name }) => name) });
}

/** Two columns, the second aligned. */
function columns(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function usageLine(spec: CommandSpec): string {
  const positionals = spec.positionals.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`));
  const options = spec.options.map(({ name, value, required }) => {
    const text = value === undefined ? `--${name}` : `--${name} ${value}`;
    return required === true ? text : `[${text}]`;
  });
  return ['metabot-livetex', spec.name, ...positionals, ...options].join(' ');
}

function programHelp(specs: readonly CommandSpec[], language: Language): string {
  return [
    CLI_TEXTS.title[language],
    '',
    CLI_TEXTS.programUsage[language],
    '',
    CLI_TEXTS.commands[language],
    ...columns(specs.map(({ name, summary }) => [name, summary[language]])),
    '',
    CLI_TEXTS.moreHelp[language],
    '',
    CLI_TEXTS.exitCodes[language],
  ].join('\n');
}

function commandHelp(spec: CommandSpec, language: Language): string {
  const options = [...spec.options, ...COMMON_OPTIONS];
  return [
    CLI_TEXTS.usageLine(usageLine(spec))[language],
    '',
    spec.about[language],
    '',
    ...(spec.positionals.length > 0
      ? [
          CLI_TEXTS.arguments[language],
          ...columns(spec.positionals.map(({ name, help }) => [name, help[language]])),
          '',
        ]
      : []),
    CLI_TEXTS.options[language],
    ...columns(
      options.map(({ name, value, help }) => [
        value === undefined ? `--${name}` : `--${name} ${value}`,
        help[language],
      ]),
    ),
    '',
    ...(spec.examples.length > 0
      ? [CLI_TEXTS.examples[language], ...spec.examples.map((line) => `  ${line}`), '']
      : []),
    CLI_TEXTS.exitCodes[language],
  ].join('\n');
}
