/** What the command itself can say went wrong. Everything below the command has its own catalogue. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../../plugin/contract/coded-error.ts';
import { joined, together, type Text } from '../../plugin/contract/text.ts';
import { didYouMean } from '../names.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

interface FileFacts {
  /** What the file is to the user: "the script", "the configuration file". */
  readonly what: Text;
  readonly path: string;
}

function list(problems: readonly Text[]): Text {
  return together((language) => problems.map((problem) => `  ${problem[language]}`).join('\n'));
}

/** @public Read by the test that compares it with docs/errors.md. */
export const CLI_ERRORS = {
  cli_command_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { given: string; known: readonly string[] }) => ({
      en: `there is no command "${facts.given}"${didYouMean(facts.given, facts.known).en}`,
      ru: `команды "${facts.given}" нет${didYouMean(facts.given, facts.known).ru}`,
    }),
  }),
  cli_usage: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly Text[] }) => joined(facts.problems, '\n'),
  }),
  cli_file_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts) => ({
      en: `${facts.what.en} does not exist: ${facts.path}`,
      ru: `${facts.what.ru}: такого файла нет: ${facts.path}`,
    }),
  }),
  cli_file_is_folder: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts) => ({
      en: `${facts.what.en} is a folder, a file is needed: ${facts.path}`,
      ru: `${facts.what.ru}: это папка, а нужен файл: ${facts.path}`,
    }),
  }),
  cli_file_not_utf8: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { offset: number }) => ({
      en: `${facts.what.en} is not UTF-8 text (byte ${facts.offset}): save it as UTF-8: ${facts.path}`,
      ru: `${facts.what.ru}: это не текст в UTF-8 (байт ${facts.offset}); сохраните файл в UTF-8: ${facts.path}`,
    }),
  }),
  cli_file_too_large: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { limit: number }) => ({
      en: `${facts.what.en} is larger than ${facts.limit} bytes: ${facts.path}`,
      ru: `${facts.what.ru}: больше ${facts.limit} байт: ${facts.path}`,
    }),
  }),
  cli_file_unreadable: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { reason: Text }) => ({
      en: `${facts.what.en} cannot be read (${facts.reason.en}): ${facts.path}`,
      ru: `${facts.what.ru}: нельзя прочитать (${facts.reason.ru}): ${facts.path}`,
    }),
  }),
  cli_json_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: FileFacts & { problems: readonly Text[] }) => ({
      en: `${facts.what.en} ${facts.path} has ${facts.problems.length} problem(s):\n${list(facts.problems).en}`,
      ru: `${facts.what.ru} ${facts.path}, ошибок: ${facts.problems.length}\n${list(facts.problems).ru}`,
    }),
  }),
  cli_port_in_use: row({
    fault: 'setup',
    retryable: true,
    /** `setting`: how the command is told its port. */
    message: (facts: { port: number; setting: string }) => ({
      en: `port ${facts.port} is already in use: choose another one with ${facts.setting} (0: any free one)`,
      ru: `порт ${facts.port} уже занят: выберите другой через ${facts.setting} (0 — любой свободный)`,
    }),
  }),
  cli_address_refused: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { host: string; port: number; reason: Text }) => ({
      en: `the address ${facts.host}:${facts.port} cannot be opened (${facts.reason.en})`,
      ru: `адрес ${facts.host}:${facts.port} нельзя открыть (${facts.reason.ru})`,
    }),
  }),
  cli_data_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string }) => ({
      en: `there is no data in ${facts.folder}: nothing has run on it yet`,
      ru: `в ${facts.folder} нет данных: с этой папкой ещё ничего не работало`,
    }),
  }),
  cli_server_silent: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { folder: string; reason: Text }) => ({
      en: `another process works on ${facts.folder} and does not answer (${facts.reason.en}): try again, or stop it and repeat the command`,
      ru: `с ${facts.folder} работает другой процесс, и он не отвечает (${facts.reason.ru}): попробуйте ещё раз или остановите его и повторите команду`,
    }),
  }),
  cli_folder_not_empty: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string }) => ({
      en: `there is something in ${facts.folder} already, and nothing of it is overwritten: name a new folder`,
      ru: `в ${facts.folder} уже что-то есть, и ничего из этого не перезаписывается: назовите новую папку`,
    }),
  }),
  cli_folder_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; reason: Text }) => ({
      en: `the folder ${facts.folder} cannot be made (${facts.reason.en})`,
      ru: `папку ${facts.folder} сделать нельзя (${facts.reason.ru})`,
    }),
  }),
  cli_not_found: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { what: Text }) => ({
      en: `there is no ${facts.what.en}`,
      ru: `не найдено: ${facts.what.ru}`,
    }),
  }),
  cli_file_exists: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { path: string }) => ({
      en: `there is a file already: ${facts.path}: name another one, or move it away`,
      ru: `файл уже есть: ${facts.path}; назовите другой или уберите этот`,
    }),
  }),
  cli_nothing_held: row({
    fault: 'setup',
    retryable: false,
    message: () => ({
      en: 'no server is held back here: one on a data folder is released while it runs, one on PostgreSQL is started again without --hold',
      ru: 'здесь нет придержанного сервера: на папке данных его отпускают на ходу, на PostgreSQL запускают снова без --hold',
    }),
  }),
  cli_lead_busy: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { channel: string; externalId: string }) => ({
      en: `something is still being done for the lead "${facts.externalId}" in the channel "${facts.channel}", so not all of it is forgotten: run the command again`,
      ru: `с лидом "${facts.externalId}" в канале "${facts.channel}" ещё что-то делается, поэтому забыто не всё: выполните команду ещё раз`,
    }),
  }),
  cli_binding_without_webhook: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => ({
      en: `the binding "${facts.binding}" has no "webhook" in the configuration: add its publicUrl and key`,
      ru: `у привязки "${facts.binding}" в настройках нет "webhook": добавьте publicUrl и key`,
    }),
  }),
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;

export const cliError = errorsFrom(CLI_ERRORS);
