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

function nameOf(place: Place): string {
  if (place.folder !== undefined) return `the data folder "${place.folder}"`;
  const schema = place.schema === undefined ? '' : `, schema ${place.schema}`;
  return place.server === undefined ? 'storage in memory' : `the database ${place.server}${schema}`;
}

/** `detail` is what SQLite, the operating system or the server said. */
type Detailed = Place & { readonly detail: string };

/** @public Read by the test that compares it with docs/errors.md. */
export const STORAGE_ERRORS = {
  storage_conflict: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { collection: string; key: string; expected: number }) =>
      `another writer was first: the record "${facts.key}" of "${facts.collection}" no longer has version ${facts.expected}`,
  }),
  claim_lost: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { job: number; queue: string }) =>
      `job ${facts.job} of the queue "${facts.queue}" is no longer ours: its lease ran out or somebody else ended it`,
  }),
  job_deadline: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { kind: string; queue: string; deadlineMs: number }) =>
      `the handler of a job "${facts.kind}" of the queue "${facts.queue}" did not end within ${facts.deadlineMs} ms`,
  }),
  job_deadly: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { deaths: number }) =>
      `the process ended while it tried this job, ${facts.deaths} ${facts.deaths === 1 ? 'time' : 'times in a row'}`,
  }),
  storage_name_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { what: string; problem: string }) => `a ${facts.what} in storage ${facts.problem}`,
  }),
  storage_value_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { problem: string }) => `only JSON values can be stored: ${facts.problem}`,
  }),
  storage_options_invalid: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { problem: string }) => `storage was used in a wrong way: ${facts.problem}`,
  }),
  storage_stalled: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { deadlineMs: number }) =>
      `a transaction was given up after ${facts.deadlineMs} ms: its work awaits something other than its tx, which holds up all others`,
  }),
  storage_ended: row({
    fault: 'internal',
    retryable: false,
    message: () => 'a transaction was used after it had ended: await every call on tx before the work returns',
  }),
  storage_closed: row({
    fault: 'internal',
    retryable: false,
    message: () => 'storage is closed',
  }),
  storage_spec_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { spec: string; problem: string }) =>
      `storage "${facts.spec}" ${facts.problem}: use "sqlite:<folder>", "memory:" or a "postgres://" URL`,
  }),
  storage_locked: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; owner?: string }) =>
      `${nameOf(facts)} is in use by another process${facts.owner === undefined ? '' : ` (${facts.owner})`}: stop it, or give this one a folder of its own`,
  }),
  storage_newer: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; found: number; known: number }) =>
      `the data in ${facts.place} is of a newer version (${facts.found}) than this program knows (${facts.known}): use the newer program, or a backup from before the upgrade`,
  }),
  storage_readonly: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) =>
      `${nameOf(facts)} cannot be written (${facts.detail}): give the user of this process the right to write there`,
  }),
  storage_folder_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => `${nameOf(facts)} cannot be used: ${facts.detail}`,
  }),
  storage_corrupt: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) =>
      `the database in ${nameOf(facts)} is damaged or is not one of ours (${facts.detail}): put back a backup, or move the folder away to start empty`,
  }),
  storage_full: row({
    fault: 'setup',
    retryable: true,
    message: (facts: Detailed) => `${nameOf(facts)} has no room left (${facts.detail}): free some space on its disk`,
  }),
  storage_failed: row({
    fault: 'remote',
    retryable: true,
    message: (facts: Detailed) => `${nameOf(facts)} failed: ${facts.detail}`,
  }),
  storage_unreachable: row({
    fault: 'remote',
    retryable: true,
    message: (facts: Detailed) => `${nameOf(facts)} cannot be reached: ${facts.detail}`,
  }),
  storage_connections: row({
    fault: 'setup',
    retryable: true,
    message: (facts: Detailed) =>
      `${nameOf(facts)} has no free connection (${facts.detail}): raise "pool" in the URL, or the server's max_connections`,
  }),
  storage_login_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => `${nameOf(facts)} refuses the login: check user and password in the URL`,
  }),
  storage_database_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) => `${nameOf(facts)} does not exist: create the database first`,
  }),
  storage_no_rights: row({
    fault: 'setup',
    retryable: false,
    message: (facts: Detailed) =>
      `${nameOf(facts)} does not let this user work (${facts.detail}): grant it CREATE on the database, or create the schema and make the user its owner`,
  }),
  storage_server_old: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { server: string; found: number; needed: number }) =>
      `the database server ${facts.server} is PostgreSQL ${facts.found}: version ${facts.needed} or newer is needed`,
  }),
  storage_foreign: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; found: string; owner: string }) =>
      `${facts.place} belongs to "${facts.found}", not to "${facts.owner}": two clusters must not share a schema; give each its own with ?schema=`,
  }),
  storage_join_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problem: string }) =>
      `the client that was given to take part in its transaction ${facts.problem}`,
  }),
  storage_schema_missing: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string }) =>
      `there is nothing of ours in ${facts.place}: check the URL, or make the tables with "storage migrate"`,
  }),
  storage_moved: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; to: string }) =>
      `${nameOf(facts)} was copied to ${facts.to} and is no longer used: set "storage" to that, or remove the file "moved" to go back to this folder as it was`,
  }),
  storage_copy_unfinished: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; from: string }) =>
      `${facts.place} holds an unfinished copy of ${facts.from}: run "storage copy" again to finish it, or drop the schema to start anew`,
  }),
  storage_copy_changed: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; from: string }) =>
      `${facts.from} has changed since its copy to ${facts.place} was begun: drop the schema and copy anew, with the server stopped`,
  }),
  storage_not_empty: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { place: string; found: string }) =>
      `${facts.place} is not empty (it has ${facts.found}): copy into a schema of its own (?schema=)`,
  }),
  storage_outcome_unknown: row({
    fault: 'remote',
    retryable: false,
    message: (facts: { server: string }) =>
      `the database ${facts.server} went away while committing and could not be asked afterwards whether it had`,
  }),
} as const;

export type StorageErrorCode = keyof typeof STORAGE_ERRORS;

/** An error of storage. Compare `code`. */
export type StorageError = CodedError;

/** Makes an error of the catalogue. */
export const storageError = errorsFrom(STORAGE_ERRORS);
