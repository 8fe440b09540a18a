import { codeOf, storageError, type StorageError, type StorageErrorCode } from '../errors.ts';

/**
 * What a server's or a connection's error means for us. Codes: PostgreSQL documentation, appendix A.
 */

/** The connection is gone: what was not committed is rolled back by the server. */
const LOST = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: the server starts up or shuts down
  '25P03', // idle_in_transaction_session_timeout
]);

/** Another transaction was in the way: the same work may succeed at once. */
const CONFLICT = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
]);

export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return LOST.has(code) || code.startsWith('08');
  // pg's own errors about a broken connection carry no code.
  return (
    error instanceof Error && /^Connection terminated|^Client has encountered a connection error/.test(error.message)
  );
}

/** True when the transaction left nothing behind and may run again. */
export function mustRunAgain(error: unknown): boolean {
  return isConnectionLost(error) || CONFLICT.has(codeOf(error) ?? '');
}

/** The rows whose facts are a place and what the server said. */
type DetailedCode = Extract<
  StorageErrorCode,
  | 'storage_login_refused'
  | 'storage_database_missing'
  | 'storage_no_rights'
  | 'storage_full'
  | 'storage_connections'
  | 'storage_unreachable'
  | 'storage_failed'
>;

/** An error of our catalogue for what the server or the network said; an error that is ours already stays as it is. */
export function describeServerError(
  error: unknown,
  target: { readonly label: string; readonly schema: string },
): unknown {
  const code = codeOf(error) ?? '';
  if (code.startsWith('storage_') || code === 'claim_lost') return error;
  const facts = { server: target.label, schema: target.schema };
  const detail = error instanceof Error ? error.message : String(error);
  const make = (row: DetailedCode): StorageError => storageError(row, { ...facts, detail }, error);
  if (code === '28P01' || code === '28000') return make('storage_login_refused');
  if (code === '3D000') return make('storage_database_missing');
  if (code === '42501') return make('storage_no_rights');
  if (code === '53100') return make('storage_full');
  if (code === '53300' || (error instanceof Error && /timeout exceeded when trying to connect/.test(error.message))) {
    return make('storage_connections');
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || isConnectionLost(error)) return make('storage_unreachable');
  // A program's own error (from `work`) passes through; a server's is 5 characters of SQLSTATE.
  return /^[0-9A-Z]{5}$/.test(code) ? make('storage_failed') : error;
}
