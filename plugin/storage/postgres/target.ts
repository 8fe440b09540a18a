import { storageError } from '../errors.ts';

/** Connections per process. Ours: two cores of a database keep about this many busy. */
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
