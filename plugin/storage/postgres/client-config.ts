import type { ClientConfig } from 'pg';
import type { Target } from './target.ts';

/** How long to wait for a new connection, ms. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer is ended by the server, ms: ours take milliseconds, so it is stuck behind a lock. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A transaction whose owner fell silent is ended by the server, ms: its locks hold up others, and ours never wait for anything else. */
const SILENT_TRANSACTION_TIMEOUT_MS = 10_000;

/** How every connection to a schema is set up. */
export function clientConfig(target: Target): ClientConfig {
  return {
    connectionString: target.connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // For an answer that never comes, since the network lost it: later than any answer could be.
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    application_name: 'metabot24-livetex',
    // Statements that do not need each other's answers are sent together.
    pipeline: true,
    options: [
      ...(target.options === undefined ? [] : [target.options]),
      `-c search_path=${target.schema}`,
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `-c idle_in_transaction_session_timeout=${SILENT_TRANSACTION_TIMEOUT_MS}`,
      // Every statement has its index; which one serves it must not depend on statistics that are older than a burst of
      // work, nor be thought about anew each time.
      '-c enable_seqscan=off',
      '-c plan_cache_mode=force_generic_plan',
      '-c jit=off',
      // A commit that a crash may forget would break every promise; a server's default may be weaker.
      '-c synchronous_commit=on',
      // The functions rely on each of their statements seeing the newest commits; a server's default may be stricter.
      '-c default_transaction_isolation=read\\ committed',
    ].join(' '),
  };
}
