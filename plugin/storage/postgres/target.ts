import type { ClientConfig } from 'pg';
import { storageError } from '../errors.ts';

/** Connections per process. Our choice: two cores of a database keep about this many busy. */
const DEFAULT_POOL_SIZE = 10;
const LARGEST_POOL = 200;
const DEFAULT_SCHEMA = 'metabot_livetex';
/** A schema's name goes into statements as it is, and with a suffix it must stay within PostgreSQL's 63 bytes. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,40}$/;
const CLUSTER_NAME = /^[\w.:-]{1,100}$/u;

/** Where the tables are, and how to get there. */
export interface Target {
  /** For pg: may hold the password. */
  readonly connectionString: string;
  readonly schema: string;
  readonly poolSize: number;
  /** `cluster` of the URL: whose data this is. */
  readonly cluster: string | undefined;
  /** `options` of the URL: settings of the sessions, ours go before them. */
  readonly options: string | undefined;
  /** Host, port and database: for messages, without user and password. */
  readonly label: string;
}

/** Reads a `postgres://` URL with our own parameters `schema`, `pool` and `cluster`. @throws storage_spec_invalid */
export function parseTarget(spec: string): Target {
  // The URL may hold a password: it is never repeated.
  const fail = (problem: string) => storageError('storage_spec_invalid', { spec: 'postgres://…', problem });
  const url = URL.parse(spec);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw fail('is not a postgres:// URL');
  if (url.hostname === '') throw fail('names no host');
  if (url.pathname.length < 2) throw fail('names no database (postgres://user:password@host:5432/database)');
  const schema = take(url, 'schema') ?? DEFAULT_SCHEMA;
  if (!SCHEMA_NAME.test(schema)) {
    throw fail('has a wrong "schema": lower-case letters, digits and "_", at most 41 characters');
  }
  const poolSize = Number(take(url, 'pool') ?? DEFAULT_POOL_SIZE);
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > LARGEST_POOL) {
    throw fail(`has a wrong "pool": a whole number from 1 to ${LARGEST_POOL}`);
  }
  const cluster = take(url, 'cluster');
  if (cluster !== undefined && !CLUSTER_NAME.test(cluster)) {
    throw fail('has a wrong "cluster": at most 100 letters, digits, ".", ":", "_" and "-"');
  }
  const options = take(url, 'options');
  return { connectionString: url.href, schema, poolSize, cluster, options, label: `${url.host}${url.pathname}` };
}

/** For messages. */
export function placeOf(target: Target): string {
  return `the database ${target.label}, schema ${target.schema}`;
}

/** A parameter of ours, taken out of the URL: pg would hand unknown ones to the server, which refuses them. */
function take(url: URL, name: string): string | undefined {
  const value = url.searchParams.get(name) ?? undefined;
  url.searchParams.delete(name);
  return value;
}

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
