/** The command: finds what was asked for, checks it, runs it, and ends with the exit code that says how it went. */
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { CommandSpec } from './command.ts';
import { COMMANDS } from './commands.ts';
import { cliError } from './errors.ts';
import { EXIT_DONE, EXIT_USAGE, type ExitCode, exitCodeOf } from './exit-code.ts';
import { commandHelp, programHelp, usageLine } from './help-text.ts';
import { parseArguments } from './parse-arguments.ts';
import { stopOnSignals } from './stop-signal.ts';
import { type Terminal, printableJson, processTerminal } from './terminal.ts';
import { packageVersion } from './package-files.ts';

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
