/** The command: finds what was asked for, checks it, runs it, and ends with the exit code that says how it went. Below it, the texts of `--help`. */
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import { type CommandSpec, EXIT_DONE, EXIT_USAGE, type ExitCode, exitCodeOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { cliError } from './errors.ts';
import { stopOnSignals } from './listening.ts';
import { packageVersion } from './package-files.ts';
import { COMMON_OPTIONS, parseArguments } from './parse-arguments.ts';
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
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const json = argv.includes('--json');
  try {
    return await dispatch(argv, terminal, json);
  } catch (error) {
    const code = codeOf(error);
    const spec = COMMANDS.find(({ name }) => name === argv[0]);
    if (json) {
      const failure = { code: code ?? 'internal', message: messageOf(error) };
      terminal.out(printableJson(spec?.failure?.(failure) ?? { ok: false, error: failure }));
    }
    terminal.err(`metabot-livetex: ${messageOf(error)}`);
    if (code === 'cli_usage' && spec !== undefined) {
      terminal.err(`\nUsage: ${usageLine(spec)}\nMore: metabot-livetex ${spec.name} --help`);
    }
    if (code === 'cli_command_unknown') terminal.err('All commands: metabot-livetex --help');
    if (code === undefined && error instanceof Error) terminal.err(error.stack ?? '');
    return exitCodeOf(error);
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal, json: boolean): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.err(programHelp(COMMANDS));
    return EXIT_USAGE;
  }
  if (first === '--version') {
    terminal.out(packageVersion());
    return EXIT_DONE;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const asked = rest.find((word) => !word.startsWith('-'));
    terminal.out(asked === undefined ? programHelp(COMMANDS) : commandHelp(findCommand(asked)));
    return EXIT_DONE;
  }
  const spec = findCommand(first);
  const wanted = rest.map((word) => (word === '-h' ? '--help' : word));
  const parsed = parseArguments(spec, wanted);
  if (parsed.switches.has('help')) {
    terminal.out(commandHelp(spec));
    return EXIT_DONE;
  }
  const work = await spec.load();
  return await work({
    terminal,
    arguments: parsed,
    json,
    cwd: process.cwd(),
    env: process.env,
    stop: stopOnSignals(terminal),
  });
}

function findCommand(given: string): CommandSpec {
  const spec = COMMANDS.find(({ name }) => name === given);
  if (spec !== undefined) return spec;
  if (given.startsWith('-')) {
    throw cliError('cli_usage', { problems: [`unknown option ${given}: a command comes first`] });
  }
  throw cliError('cli_command_unknown', { given, known: COMMANDS.map(({ name }) => name) });
}

const EXIT_CODES = 'Exit codes: 0 done, 1 the job failed, 2 wrong usage or configuration.';

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

function programHelp(specs: readonly CommandSpec[]): string {
  return [
    'metabot-livetex: a LiveTex operator desk for Metabot24 bots',
    '',
    'Usage: metabot-livetex <command> [options]',
    '',
    'Commands:',
    ...columns(specs.map(({ name, summary }) => [name, summary])),
    '',
    '  metabot-livetex <command> --help shows the options of a command, --version the version.',
    '',
    EXIT_CODES,
  ].join('\n');
}

function commandHelp(spec: CommandSpec): string {
  const options = [...spec.options, ...COMMON_OPTIONS];
  return [
    `Usage: ${usageLine(spec)}`,
    '',
    ...spec.about,
    '',
    ...(spec.positionals.length > 0
      ? ['Arguments:', ...columns(spec.positionals.map(({ name, help }) => [name, help])), '']
      : []),
    'Options:',
    ...columns(
      options.map(({ name, value, help }) => [value === undefined ? `--${name}` : `--${name} ${value}`, help]),
    ),
    '',
    ...(spec.examples.length > 0 ? ['Examples:', ...spec.examples.map((line) => `  ${line}`), ''] : []),
    EXIT_CODES,
  ].join('\n');
}
