/**
 * Storage's own error catalogue (`../contract/coded-error.ts` is all that it shares with the plugin's). A message says what is
 * wrong, where, and how to mend it; never a password, and of what is stored only names.
 */
import { type CodedError, type ErrorRow, errorsFrom } from '../contract/coded-error.ts';

export { codeOf } from '../contract/coded-error.ts';

/** Types a row's facts without losing them in the catalogue. */
function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

/** A data folder, or a server with its schema: whichever the driver has. */
interface Place {
  readonly folder?: string;
  readonly server?: string;
  readonly schema?: string;
}

function nameOf({ folder, server, schema }: Place): ReturnType<ErrorRow<never>['message']> {
  if (folder !== undefined) return { en: `the data folder "${folder}"`, ru: `папка данных "${folder}"` };
  if (server === undefined) return { en: 'storage in memory', ru: 'хранилище в памяти' };
  const part = schema === undefined ? { en: '', ru: '' } : { en: `, schema ${schema}`, ru: `, схема ${schema}` };
  return { en: `the database ${server}${part.en}`, ru: `база данных ${server}${part.ru}` };
}

/** `detail` is what SQLite, the operating system or the server said. */
type Detailed = Place & { readonly detail: string };

/** @public Read by the test that compares it with docs/errors.md. */
export const STORAGE_ERRORS = {
  storage_conflict: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { collection: string; key: string; expected: number }) => ({
      en: `another writer was first: the record "${facts.key}" of "${facts.collection}" no longer has version ${facts.expected}`,
      ru: `первым успел другой: у записи "${facts.key}" в "${facts.collection}" уже не версия ${facts.expected}`,
    }),
  }),
  claim_lost: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { job: number; queue: string }) => ({
      en: `job ${facts.job} of the queue "${facts.queue}" is no longer ours: its lease ran out or somebody else ended it`,
      ru: `задача ${facts.job} очереди "${facts.queue}" больше не наша: её срок вышел или её закончил другой`,
    }),
  }),
  job_deadline: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { kind: string; queue: string; deadlineMs: number }) => ({
      en: `the handler of a job "${facts.kind}" of the queue "${facts.queue}" did not end within ${facts.deadlineMs} ms`,
      ru: `обработка задачи "${facts.kind}" очереди "${facts.queue}" не закончилась за ${facts.deadlineMs} мс`,
    }),
  }),
  job_deadly: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { deaths: number }) => ({
      en: `the process ended while it tried this job, ${facts.deaths} ${facts.deaths === 1 ? 'time' : 'times in a row'}`,
      ru: `процесс обрывался на этой задаче, раз подряд: ${facts.deaths}`,
    }),
  }),
  storage_name_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { what: string; problem: string }) => ({
      en: `a ${facts.what} in storage ${facts.problem}`,
      ru: `имя в хранилище не годится: ${facts.what} ${facts.problem}`,
    }),
  }),
  storage_value_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { problem: string }) => ({
      en: `only JSON values can be stored: ${facts.problem}`,
      ru: `хранить можно только JSON: ${facts.problem}`,
    }),
  }),
  storage_options_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { problem: string }) => ({
      en: `storage was used in a wrong way: ${facts.problem}`,
      ru: `хранилищем пользуются неправильно: ${facts.problem}`,
    }),
  }),
  storage_stalled: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { deadlineMs: number }) => ({
      en: `a transaction was given up after ${facts.deadlineMs} ms: its work awaits something other than its tx, which holds up all others`,
      ru: `транзакция отменена через ${facts.deadlineMs} мс: её работа ждёт не своего tx, а чего-то другого и держит всех`,
    }),
  }),
  storage_ended: row({
    fault: 'internal',
    retryable: false,
    message: () => ({
      en: 'a transaction was used after it had ended: await every call on tx before the work returns',
      ru: 'транзакцией пользовались после её конца: дождитесь каждого вызова на tx, прежде чем закончить работу',
    }),
  }),
  storage_closed: row({
    fault: 'internal',
    retryable: false,
    message: () => ({
      en: 'storage is closed',
      ru: 'хранилище закрыто',
    }),
  }),
  storage_spec_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { spec: string; problem: string }) => ({
      en: `storage "${facts.spec}" ${facts.problem}: use "sqlite:<folder>", "memory:" or a "postgres://" URL`,
      ru: `настройка storage "${facts.spec}" не понята (${facts.problem}): напишите "sqlite:<folder>", "memory:" или адрес "postgres://"`,
    }),
  }),
  storage_locked: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; owner?: string }) => ({
      en: `${nameOf(facts).en} is in use by another process${facts.owner === undefined ? '' : ` (${facts.owner})`}: stop it, or give this one a folder of its own`,
      ru: `${nameOf(facts).ru}: занято другим процессом${facts.owner === undefined ? '' : ` (${facts.owner})`}; остановите его или дайте этому свою папку`,
    }),
  }),
  storage_newer: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; found: number; known: number }) => ({
      en: `the data in ${facts.place} is of a newer version (${facts.found}) than this program knows (${facts.known}): use the newer program, or a backup from before the upgrade`,
      ru: `данные в ${facts.place} новее (${facts.found}), чем знает эта программа (${facts.known}): возьмите более новую программу или копию, сделанную до обновления`,
    }),
  }),
  storage_readonly: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} cannot be written (${facts.detail}): give the user of this process the right to write there`,
      ru: `${nameOf(facts).ru}: нельзя писать (${facts.detail}); дайте пользователю этого процесса право писать`,
    }),
  }),
  storage_folder_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} cannot be used: ${facts.detail}`,
      ru: `${nameOf(facts).ru}: нельзя использовать: ${facts.detail}`,
    }),
  }),
  storage_corrupt: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `the database in ${nameOf(facts).en} is damaged or is not one of ours (${facts.detail}): put back a backup, or move the folder away to start empty`,
      ru: `${nameOf(facts).ru}: база повреждена или не наша (${facts.detail}); верните резервную копию или уберите папку, чтобы начать с пустой`,
    }),
  }),
  storage_full: row({
    fault: 'setup',
    retryable: true,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} has no room left (${facts.detail}): free some space on its disk`,
      ru: `${nameOf(facts).ru}: кончилось место (${facts.detail}); освободите его на диске`,
    }),
  }),
  storage_failed: row({
    fault: 'remote',
    retryable: true,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} failed: ${facts.detail}`,
      ru: `${nameOf(facts).ru}: сбой: ${facts.detail}`,
    }),
  }),
  storage_unreachable: row({
    fault: 'remote',
    retryable: true,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} cannot be reached: ${facts.detail}`,
      ru: `${nameOf(facts).ru}: не отвечает: ${facts.detail}`,
    }),
  }),
  storage_connections: row({
    fault: 'setup',
    retryable: true,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} has no free connection (${facts.detail}): raise "pool" in the URL, or the server's max_connections`,
      ru: `${nameOf(facts).ru}: нет свободного соединения (${facts.detail}); увеличьте "pool" в адресе или max_connections сервера`,
    }),
  }),
  storage_login_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} refuses the login: check user and password in the URL`,
      ru: `${nameOf(facts).ru}: не пускает; проверьте пользователя и пароль в адресе`,
    }),
  }),
  storage_database_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} does not exist: create the database first`,
      ru: `${nameOf(facts).ru}: такой базы нет; сначала создайте её`,
    }),
  }),
  storage_no_rights: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => ({
      en: `${nameOf(facts).en} does not let this user work (${facts.detail}): grant it CREATE on the database, or create the schema and make the user its owner`,
      ru: `${nameOf(facts).ru}: этому пользователю нельзя работать (${facts.detail}); дайте ему CREATE на базу или создайте схему и сделайте его владельцем`,
    }),
  }),
  storage_server_old: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { server: string; found: number; needed: number }) => ({
      en: `the database server ${facts.server} is PostgreSQL ${facts.found}: version ${facts.needed} or newer is needed`,
      ru: `на сервере ${facts.server} стоит PostgreSQL ${facts.found}, а нужен ${facts.needed} или новее`,
    }),
  }),
  storage_foreign: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; found: string; owner: string }) => ({
      en: `${facts.place} belongs to "${facts.found}", not to "${facts.owner}": two clusters must not share a schema; give each its own with ?schema=`,
      ru: `${facts.place}: принадлежит "${facts.found}", а не "${facts.owner}"; двум кластерам нельзя жить в одной схеме, дайте каждому свою через ?schema=`,
    }),
  }),
  storage_join_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problem: string }) => ({
      en: `the client that was given to take part in its transaction ${facts.problem}`,
      ru: `клиент, через которого просят участвовать в его транзакции, ${facts.problem}`,
    }),
  }),
  storage_schema_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string }) => ({
      en: `there is nothing of ours in ${facts.place}: check the URL, or make the tables with "storage migrate"`,
      ru: `${facts.place}: ничего нашего здесь нет; проверьте адрес или создайте таблицы командой "storage migrate"`,
    }),
  }),
  storage_moved: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; to: string }) => ({
      en: `${nameOf(facts).en} was copied to ${facts.to} and is no longer used: set "storage" to that, or remove the file "moved" to go back to this folder as it was`,
      ru: `${nameOf(facts).ru}: скопирована в ${facts.to} и больше не используется; поставьте этот адрес в "storage" или удалите файл "moved", чтобы вернуться к папке, какой она была`,
    }),
  }),
  storage_copy_unfinished: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; from: string }) => ({
      en: `${facts.place} holds an unfinished copy of ${facts.from}: run "storage copy" again to finish it, or drop the schema to start anew`,
      ru: `${facts.place}: здесь неоконченная копия ${facts.from}; выполните "storage copy" ещё раз, чтобы закончить, или удалите схему, чтобы начать заново`,
    }),
  }),
  storage_copy_changed: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; from: string }) => ({
      en: `${facts.from} has changed since its copy to ${facts.place} was begun: drop the schema and copy anew, with the server stopped`,
      ru: `${facts.from}: изменилась с тех пор, как начата копия в ${facts.place}; удалите схему и скопируйте заново, остановив сервер`,
    }),
  }),
  storage_not_empty: row({
    fault: 'setup',
    retryable: false,
    message: ({ place, found, isFolder = false }: { place: string; found: string; isFolder?: boolean }) => ({
      en: `${place} is not empty (it has ${found}): ${isFolder ? 'move it away first' : 'copy into a schema of its own (?schema=)'}`,
      ru: `${place}: не пусто (есть ${found}); ${isFolder ? 'сначала уберите папку' : 'копируйте в отдельную схему (?schema=)'}`,
    }),
  }),
  storage_outcome_unknown: row({
    fault: 'remote',
    retryable: false,
    message: (facts: { server: string }) => ({
      en: `the database ${facts.server} went away while committing and could not be asked afterwards whether it had`,
      ru: `база ${facts.server} пропала посреди записи, и спросить потом, удалась ли запись, не вышло`,
    }),
  }),
} as const;

export type StorageErrorCode = keyof typeof STORAGE_ERRORS;

/** An error of storage. Compare `code`. */
export type StorageError = CodedError;

/** Makes an error of the catalogue. */
export const storageError = errorsFrom(STORAGE_ERRORS);
