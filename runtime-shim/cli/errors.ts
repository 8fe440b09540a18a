/** What the command itself can say went wrong. Everything below the command has its own catalogue. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';
import { didYouMean } from '../names.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

interface FileFacts {
  /** What the file is to the user: "the script", "the configuration file". */
  readonly what: string;
  readonly path: string;
}

function list(problems: readonly string[]): string {
  return problems.map((problem) => `  ${problem}`).join('\n');
}

/** @public Read by the test that compares it with docs/errors.md. */
export const CLI_ERRORS = {
  cli_command_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { given: string; known: readonly string[] }) =>
      `there is no command "${facts.given}"${didYouMean(facts.given, facts.known)}`,
  }),
  cli_usage: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly string[] }) => facts.problems.join('\n'),
  }),
  cli_file_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts) => `${facts.what} does not exist: ${facts.path}`,
  }),
  cli_file_is_folder: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts) => `${facts.what} is a folder, a file is needed: ${facts.path}`,
  }),
  cli_file_not_utf8: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { offset: number }) =>
      `${facts.what} is not UTF-8 text (byte ${facts.offset}): save it as UTF-8: ${facts.path}`,
  }),
  cli_file_too_large: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { limit: number }) =>
      `${facts.what} is larger than ${facts.limit} bytes: ${facts.path}`,
  }),
  cli_file_unreadable: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { reason: string }) => `${facts.what} cannot be read (${facts.reason}): ${facts.path}`,
  }),
  cli_json_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { problems: readonly string[] }) =>
      `${facts.what} ${facts.path} has ${facts.problems.length} problem(s):\n${list(facts.problems)}`,
  }),
  cli_port_in_use: row({
    fault: 'setup',
    retryable: true,
    /** `setting`: how the command is told its port. */
    message: (facts: { port: number; setting: string }) =>
      `port ${facts.port} is already in use: choose another one with ${facts.setting} (0: any free one)`,
  }),
  cli_address_refused: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { host: string; port: number; reason: string }) =>
      `the address ${facts.host}:${facts.port} cannot be opened (${facts.reason})`,
  }),
  cli_data_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string }) => `there is no data in ${facts.folder}: nothing has run on it yet`,
  }),
  cli_server_silent: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { folder: string; reason: string }) =>
      `another process works on ${facts.folder} and does not answer (${facts.reason}): try again, or stop it and repeat the command`,
  }),
  cli_not_found: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { what: string }) => `there is no ${facts.what}`,
  }),
  cli_file_exists: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { path: string }) => `there is a file already: ${facts.path}: name another one, or move it away`,
  }),
  cli_nothing_held: row({
    fault: 'setup',
    retryable: false,
    message: () =>
      'no server is held back here: one on a data folder is released while it runs, one on PostgreSQL is started again without --hold',
  }),
  cli_lead_busy: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { channel: string; externalId: string }) =>
      `something is still being done for the lead "${facts.externalId}" in the channel "${facts.channel}", so not all of it is forgotten: run the command again`,
  }),
  cli_binding_without_webhook: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) =>
      `the binding "${facts.binding}" has no "webhook" in the configuration: add its publicUrl and key`,
  }),
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;

export const cliError = errorsFrom(CLI_ERRORS);
