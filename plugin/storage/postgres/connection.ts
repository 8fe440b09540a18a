import { Client, Pool, type PoolConfig, type QueryResultRow } from 'pg';
import { storageError } from '../errors.ts';
import { openSession, type Query, type Session, type Statement } from './session.ts';
import { describeServerError, isConnectionLost, mustRunAgain } from './server-errors.ts';

/** Connections per process. Ours: two cores of a database keep about this many busy; `?pool=N` in the URL changes it. */
const DEFAULT_POOL_SIZE = 10;
/** How long to wait for a connection (a new one, or a free one of the pool), ms. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer is ended by the server, ms: ours take milliseconds, so it is stuck behind a lock. */
const STATEMENT_TIMEOUT_MS = 30_000;
/** A transaction whose owner went away without a word is ended by the server, ms; its locks would hold up others. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
/** How long a transaction is tried again while the server is away or restarts (fail-over), ms. */
const RECONNECT_FOR_MS = 30_000;
/** First wait before trying again, ms; doubles, with jitter, up to the longest. */
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

export interface Connection {
  /**
   * One statement outside a transaction, repeated after a lost connection: only for statements that may run twice. A
   * claim may (lanes claimed by a lost answer are free again when their lease ends); what must not, goes in a transaction.
   */
  query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Runs `work` in a transaction; runs it again after a deadlock, a lost connection or a restart of the server. */
  transaction<T>(mode: 'READ COMMITTED' | 'REPEATABLE READ READ ONLY', work: (query: Query) => Promise<T>): Promise<T>;
  /** A connection of its own, for LISTEN. */
  dedicated(): Client;
  close(): Promise<void>;
}

/** Where the tables are, and how to get there. */
export interface Target {
  readonly connectionString: string;
  readonly schema: string;
  readonly poolSize: number;
  /** Host, port and database: for messages, without user and password. */
  readonly label: string;
}

/** Reads a `postgres://` URL with our own parameters `schema` and `pool`. @throws storage_spec_invalid */
export function parseTarget(spec: string): Target {
  const url = URL.parse(spec);
  const fail = (problem: string) => storageError('storage_spec_invalid', { spec: 'postgres://…', problem });
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw fail('is not a postgres:// URL');
  const schema = url.searchParams.get('schema') ?? 'metabot_livetex';
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) throw fail('schema must be lower-case letters, digits and "_"');
  const poolSize = Number(url.searchParams.get('pool') ?? DEFAULT_POOL_SIZE);
  if (!Number.isInteger(poolSize) || poolSize < 2 || poolSize > 200)
    throw fail('pool must be a whole number from 2 to 200');
  url.searchParams.delete('schema');
  url.searchParams.delete('pool');
  return { connectionString: url.href, schema, poolSize, label: `${url.host}${url.pathname}` };
}

export function createConnection(target: Target, onIdleError: (error: unknown) => void): Connection {
  const config: PoolConfig = {
    connectionString: target.connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    application_name: 'metabot24-livetex',
    options: [
      `-c search_path=${target.schema}`,
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
      // Lost writes after a crash would break every promise; a server's default may be weaker.
      '-c synchronous_commit=on',
    ].join(' '),
  };
  const pool = new Pool({ ...config, max: target.poolSize });
  // An idle connection that breaks is replaced by the pool; without a listener the process would end.
  pool.on('error', onIdleError);
  let closed = false;

  async function again<T>(attempt: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + RECONNECT_FOR_MS;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        return await attempt();
      } catch (error) {
        if (closed || !mustRunAgain(error) || performance.now() > giveUpAt) throw describeServerError(error, target);
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
      }
    }
  }

  async function attemptTransaction<T>(mode: string, work: (query: Query) => Promise<T>): Promise<T> {
    const session = await openSession(pool);
    try {
      await session.query({ text: `BEGIN ISOLATION LEVEL ${mode}` }, []);
      const result = await work(session.query);
      const id = mode === 'READ COMMITTED' ? await currentTransactionId(session.query) : undefined;
      await commit(session, id);
      session.release();
      return result;
    } catch (error) {
      await session.abandon(error);
      throw error;
    }
  }

  async function commit(session: Session, transactionId: string | undefined): Promise<void> {
    try {
      await session.query({ text: 'COMMIT' }, []);
    } catch (error) {
      if (transactionId === undefined || !isConnectionLost(error)) throw error;
      // The answer to COMMIT was lost: only the server knows whether it committed. Running again without asking could double it.
      const committed = await wasCommitted(transactionId).catch((failure: unknown) => {
        throw storageError('storage_outcome_unknown', { server: target.label }, failure);
      });
      if (!committed) throw error;
    }
  }

  /** Asks the server what became of a transaction whose COMMIT was not answered; waits for the server to be back. */
  async function wasCommitted(id: string): Promise<boolean> {
    return again(async () => {
      const [row] = await queryOnce<{ status: string | null }>(XACT_STATUS, [id]);
      if (row?.status === 'in progress') throw Object.assign(new Error('still in progress'), { code: '55P03' });
      return row?.status === 'committed';
    });
  }

  async function queryOnce<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const session = await openSession(pool);
    try {
      const rows = await session.query<Row>(statement, values);
      session.release();
      return rows;
    } catch (error) {
      await session.abandon(error);
      throw error;
    }
  }

  return {
    query: (statement, values) => again(() => queryOnce(statement, values)),
    transaction: (mode, work) => again(() => attemptTransaction(mode, work)),
    dedicated: () => new Client(config),
    async close() {
      closed = true;
      await pool.end();
    },
  };
}

const XACT_STATUS: Statement = { name: 'xact_status', text: 'SELECT pg_xact_status($1::text::xid8) AS status' };
const CURRENT_XACT: Statement = { name: 'current_xact', text: 'SELECT pg_current_xact_id_if_assigned()::text AS id' };

/** `undefined` when the transaction wrote nothing: then there is nothing that could be in doubt. */
async function currentTransactionId(query: Query): Promise<string | undefined> {
  const [row] = await query<{ id: string | null }>(CURRENT_XACT, []);
  return row?.id ?? undefined;
}
