import type { SqlClient, Transaction } from '../contract.ts';
import { codeOf, storageError } from '../errors.ts';
import { createLife } from '../transaction-life.ts';
import type { Connection, TransactionPort } from './connection.ts';
import type { NodeClock } from './node-clock.ts';
import { NOTIFY, payloadsOf } from './node-wake-ups.ts';
import { describeServerError, isTransactionAborted } from './server-errors.ts';
import type { Statement } from './session.ts';
import type { Target } from './target.ts';
import { noChanges, writeTransaction } from './transaction.ts';

/** Where a connection leads to: the server's life and the database in it. The same text, the same database. */
const PLACE: Statement = {
  text: `SELECT pg_postmaster_start_time()::text || ' ' || oid::text AS place FROM pg_database WHERE datname = current_database()`,
};
/** What our statements rely on (`clientConfig` in target.ts), with what the transaction has of it and gets back. */
const SETTINGS = ['search_path', 'enable_seqscan', 'plan_cache_mode', 'jit'] as const;
const REMEMBER: Statement = {
  text: `SELECT current_setting('transaction_isolation') AS isolation, current_setting('transaction_read_only') AS read_only,
         has_schema_privilege($1, 'USAGE')::text AS may_use,
         ${SETTINGS.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
};
const CHANGE: Statement = {
  text: `SELECT ${SETTINGS.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ')}`,
};
const SAVEPOINT = 'metabot24_livetex';
/** PostgreSQL documentation, appendix A: no_active_sql_transaction. */
const NO_TRANSACTION_STATE = '25P01';
/** Whose wake-ups these are: of no node, so that every node listens to them. */
const NO_NODE = 'joined';

interface JoinContext {
  readonly connection: Connection;
  readonly target: Target;
  readonly clock: NodeClock;
  /** The channel of LISTEN. */
  readonly channel: string;
}

/**
 * Takes part in a transaction that somebody else began on the same database, and that they commit: behind a savepoint, so that a
 * failure leaves their part as it was. Wake-ups travel inside, as only their commit knows when there is something to see.
 */
export function createJoin(
  context: JoinContext,
): <T>(client: SqlClient, work: (tx: Transaction) => Promise<T>) => Promise<T> {
  /** Clients that were seen to lead to our database: a connection does not outlive its server. */
  const known = new WeakSet<SqlClient>();
  /** What is under way on a client: two at the same time would mix their savepoints. */
  const last = new WeakMap<SqlClient, Promise<unknown>>();

  return (client, work) => {
    // The platform may be written without types.
    if (typeof (client as Partial<SqlClient>).query !== 'function') {
      const problem = 'is none of pg: it has no method "query"';
      return Promise.reject(storageError('storage_join_refused', { problem }));
    }
    const before = last.get(client) ?? Promise.resolve();
    const mine = before.then(() => join(context, known, client, work));
    last.set(
      client,
      mine.catch(() => undefined),
    );
    return mine;
  };
}

async function join<T>(
  context: JoinContext,
  known: WeakSet<SqlClient>,
  client: SqlClient,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const port = portOf(client);
  try {
    await savepoint(port);
    try {
      const result = await inside(context, known, client, port, work);
      await port.query({ text: `RELEASE SAVEPOINT ${SAVEPOINT}` }, []);
      return result;
    } catch (error) {
      await port.query({ text: `ROLLBACK TO SAVEPOINT ${SAVEPOINT}` }, []).catch(() => undefined);
      throw isTransactionAborted(error) ? (port.failure() ?? error) : error;
    }
  } catch (error) {
    throw describeServerError(error, context.target);
  }
}

async function savepoint(port: ClientPort): Promise<void> {
  try {
    await port.query({ text: `SAVEPOINT ${SAVEPOINT}` }, []);
  } catch (error) {
    if (codeOf(error) !== NO_TRANSACTION_STATE) throw error;
    const problem = 'is not in a transaction: BEGIN on it first, and give a client, not the pool';
    throw storageError('storage_join_refused', { problem }, error);
  }
}

async function inside<T>(
  { connection, target, clock, channel }: JoinContext,
  known: WeakSet<SqlClient>,
  client: SqlClient,
  port: ClientPort,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  if (!known.has(client)) {
    const [theirs] = await port.query<{ place: string }>(PLACE, []);
    const [ours] = await connection.query<{ place: string }>(PLACE, () => []);
    if (theirs?.place === undefined || theirs.place !== ours?.place) {
      const problem = `is connected to another database than the plugin's storage (${target.label})`;
      throw storageError('storage_join_refused', { problem });
    }
    known.add(client);
  }
  const [had] = await port.query<Record<string, string>>(REMEMBER, [target.schema]);
  if (had?.['isolation'] !== 'read committed' || had['read_only'] !== 'off') {
    const found = had?.['read_only'] === 'off' ? had['isolation'] : 'read only';
    throw storageError('storage_join_refused', { problem: `is in a transaction that is ${found}, not read committed` });
  }
  // Without it the tables would only seem not to be there.
  if (had['may_use'] !== 'true') {
    const detail = `permission denied for schema ${target.schema}`;
    throw storageError('storage_no_rights', { server: target.label, schema: target.schema, detail });
  }
  await port.query(CHANGE, [target.schema, 'off', 'force_generic_plan', 'off']);
  const changes = noChanges();
  const life = createLife();
  let result: T;
  try {
    result = await work(writeTransaction({ port, clock, changes, check: life.check, wrote: () => undefined }));
  } finally {
    life.end();
  }
  port.send({ text: NOTIFY }, [channel, payloadsOf(changes, NO_NODE)]);
  await port.query(
    CHANGE,
    SETTINGS.map((name) => had[name]),
  );
  const failure = port.failure();
  if (failure !== undefined) throw failure;
  return result;
}

interface ClientPort extends TransactionPort {
  /** The first statement's that the server refused: later ones only hear that the transaction has failed. */
  readonly failure: () => unknown;
}

/** Without names for statements: the client's own may be called the same. One statement at a time, as pg asks for. */
function portOf(client: SqlClient): ClientPort {
  let failure: unknown;
  let last: Promise<unknown> = Promise.resolve();
  const run = (statement: Statement, values: readonly unknown[]): Promise<readonly unknown[]> => {
    const mine = last.then(async () => (await client.query(statement.text, [...values])).rows);
    last = mine.catch((error: unknown) => {
      if (!isTransactionAborted(error)) failure ??= error;
    });
    return mine;
  };
  return {
    failure: () => failure,
    query: async (statement, values) => (await run(statement, values)) as never,
    send(statement, values, act) {
      run(statement, values).then(
        (rows) => act?.(rows as never),
        // Kept as the first failure, which whatever comes next reports.
        () => undefined,
      );
    },
  };
}
