import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { CliErrorCode } from './errors.ts';

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
  'cli_binding_without_webhook',
] satisfies CliErrorCode[])
  .add('bot_invalid')
  .add('config_invalid');

/** Which exit code an error that ended a command stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  return USAGE_CODES.has(codeOf(error) ?? '') ? EXIT_USAGE : EXIT_FAILED;
}
