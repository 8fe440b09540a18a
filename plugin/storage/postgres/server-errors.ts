import { codeOf, storageError, type StorageError, type StorageErrorCode } from '../errors.ts';
import { CLAIM_LOST_STATE, SESSION_ENDED_STATE } from './functions.ts';

/**
 * What a server's or a connection's error means for us. Codes: PostgreSQL documentation, appendix A.
 */

/** The connection is gone, or is no use any more: what was not committed is rolled back by the server. */
const LOST = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: the server starts up or shuts down
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: after a fail-over this server is no longer the one that writes
  SESSION_ENDED_STATE,
]);

/** Another transaction was in the way, or all connections are taken for the moment: the same work may succeed at once. */
const CONFLICT = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '53300', // too_many_connections
]);

/** pg's own errors about a connection carry no code: these are their texts (pg 8.23, client.js and pool). */
const LOST_TEXTS =
  /^Connection terminated|^Client has encountered a connection error|^Client was closed|^Query read timeout|^timeout expired/;
/** pg-pool 3: nobody gave a connection back in time. */
const POOL_EXHAUSTED_TEXT = 'timeout exceeded when trying to connect';

export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return LOST.has(code) || /^08...$/.test(code);
  return error instanceof Error && LOST_TEXTS.test(error.message);
}

/** True when the transaction left nothing behind and may run again. */
export function mustRunAgain(error: unknown): boolean {
  return isConnectionLost(error) || CONFLICT.has(codeOf(error) ?? '');
}

/** What every statement after a failed one is answered. */
export function isTransactionAborted(error: unknown): boolean {
  return codeOf(error) === '25P02';
}

/** The rows whose facts are a place and what the server said. */
type DetailedCode = Extract<
  StorageErrorCode,
  | 'storage_login_refused'
  | 'storage_database_missing'
  | 'storage_no_rights'
  | 'storage_readonly'
  | 'storage_full'
  | 'storage_connections'
  | 'storage_unreachable'
  | 'storage_failed'
>;

const ROW_OF_CODE: Readonly<Record<string, DetailedCode>> = {
  '28P01': 'storage_login_refused', // invalid_password
  '28000': 'storage_login_refused', // invalid_authorization_specification
  '3D000': 'storage_database_missing', // invalid_catalog_name
  '42501': 'storage_no_rights', // insufficient_privilege
  '25006': 'storage_readonly',
  '53100': 'storage_full', // disk_full
  '53300': 'storage_connections',
  ENOTFOUND: 'storage_unreachable',
  EAI_AGAIN: 'storage_unreachable',
};

/** pg refuses a login without a password by an error of its own. */
const NO_PASSWORD_TEXT = 'client password must be a string';
/** The server does not speak TLS, or its certificate is not trusted. */
const TLS_TROUBLE = /^ERR_(TLS|SSL)_|^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_)/;

function rowOf(code: string, message: string): DetailedCode | undefined {
  const known = ROW_OF_CODE[code];
  if (known !== undefined) return known;
  if (message.includes(NO_PASSWORD_TEXT)) return 'storage_login_refused';
  if (message.includes(POOL_EXHAUSTED_TEXT)) return 'storage_connections';
  if (TLS_TROUBLE.test(code) || /server does not support SSL/.test(message)) return 'storage_unreachable';
  // A server's code is five characters; whatever else there is comes from the program (`work`).
  return /^[0-9A-Z]{5}$/.test(code) ? 'storage_failed' : undefined;
}

/** An error of our catalogue for what the server or the network said; an error that is ours already stays as it is. */
export function describeServerError(
  error: unknown,
  target: { readonly label: string; readonly schema: string },
): unknown {
  const code = codeOf(error) ?? '';
  if (code.startsWith('storage_') || code === CLAIM_LOST_STATE) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (code === '54000' && /index row/.test(detail)) {
    return storageError('storage_name_invalid', { what: 'name', problem: 'is too long for an index of PostgreSQL' });
  }
  const row = rowOf(code, detail) ?? (isConnectionLost(error) ? 'storage_unreachable' : undefined);
  if (row === undefined) return error;
  const facts = { server: target.label, schema: target.schema, detail: detail === '' ? code : detail };
  return make(row, facts, error);
}

function make(
  row: DetailedCode,
  facts: { readonly server: string; readonly schema: string; readonly detail: string },
  cause: unknown,
): StorageError {
  return storageError(row, facts, cause);
}
