/** What a command is, and what it is given. */
import type { Language, Text } from '../../plugin/contract/text.ts';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { CliErrorCode } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** The command's exit codes: `docs/operating.md`, and every `--help`. */
export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export type ExitCode = typeof EXIT_DONE | typeof EXIT_FAILED | typeof EXIT_USAGE;

/** Errors that mean "you asked for it in a wrong way" or "your configuration is wrong". Everything else: the job failed. */
const USAGE_CODES = new Set<string>([
  'cli_command_unknown',
  'cli_usage',
  'cli_file_missing',
  'cli_file_is_folder',
  'cli_file_not_utf8',
  'cli_file_too_large',
  'cli_file_unreadable',
  'cli_json_invalid',
  'cli_folder_not_empty',
  'cli_binding_without_webhook',
] satisfies CliErrorCode[])
  .add('bot_invalid')
  .add('config_invalid');

/** Which exit code an error that ended a command stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  return USAGE_CODES.has(codeOf(error) ?? '') ? EXIT_USAGE : EXIT_FAILED;
}

export interface OptionSpec {
  readonly name: string;
  /** The word for its value in the help text, such as `N`; left out: a switch. */
  readonly value?: string;
  readonly help: Text;
  /** The only values allowed. */
  readonly oneOf?: readonly string[];
  /** A TCP port: 0 to 65535. */
  readonly port?: boolean;
  readonly required?: boolean;
}

export interface PositionalSpec {
  readonly name: string;
  readonly help: Text;
  readonly required: boolean;
  /** The only values allowed. */
  readonly oneOf?: readonly string[];
}

/** What the help text and the argument check need of a command; its work is loaded only when it runs. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: Text;
  /** The command's own help, with its line ends. */
  readonly about: Text;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** The document of `--json` when the work did not come about; left out: `{ ok: false, error: { code, message } }`. */
  readonly failure?: (error: { readonly code: string; readonly message: string }) => object;
  readonly load: () => Promise<CommandWork>;
}

/** A command line after checking. */
export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly switches: ReadonlySet<string>;
}

export interface CommandContext {
  readonly terminal: Terminal;
  readonly arguments: CommandArguments;
  /** The language of all that people read here; a JSON document and a log are in English whatever it is. */
  readonly language: Language;
  /** One JSON document on stdout and nothing else. */
  readonly json: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT or SIGTERM: end what is under way, then return. */
  readonly stop: AbortSignal;
}

export type CommandWork = (context: CommandContext) => Promise<ExitCode>;

/** Where `simulate` listens. Free on a usual machine, and easy to remember: Metabot 24. */
export const SIMULATE_PORT = 8024;
