import type pg from 'pg';
import { storageError } from '../errors.ts';
import { isConnectionLost, isTransactionAborted } from './server-errors.ts';

/** A statement with a name is parsed and planned once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Runs one statement and returns its rows. */
export type Query = <Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

/** A connection taken from the pool. It ends with `release` or `abandon`. */
export interface Session {
  readonly client: pg.PoolClient;
  readonly query: Query;
  /** Sends a statement without waiting; its failure is that of the whole transaction. `act` gets the rows. */
  send(statement: Statement, values: readonly unknown[], act?: (rows: readonly pg.QueryResultRow[]) => void): void;
  /** Commits. When the server rolled back instead: the error that made it. */
  commit(): Promise<{ readonly rolledBackFor: unknown } | undefined>;
  /** Rejects when nothing is asked of the server for so long, ms: the transaction's owner awaits something else. */
  stalled(ms: number): Promise<never>;
  release(): void;
  /** After an error: rolls back and gives the connection back, or throws it away when it is broken. */
  abandon(reason: unknown): void;
}

/**
 * Takes a connection from the pool. A query on a connection that breaks at the wrong moment never settles in pg (it waits
 * for an answer that cannot come), so each one also ends when the connection does.
 */
export async function openSession(pool: pg.Pool): Promise<Session> {
  const client = await pool.connect();
  const waiting = new Set<(error: Error) => void>();
  let broken: Error | undefined;
  /** Why the server has given the transaction up: later statements only hear that it has. */
  let firstFailure: unknown;
  let silence: { readonly ms: number; readonly reject: (error: Error) => void } | undefined;
  let silenceTimer: NodeJS.Timeout | undefined;

  const lose = (error: Error): void => {
    broken ??= error;
    for (const reject of waiting) reject(broken);
  };
  const onEnd = (): void => lose(Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' }));
  client.on('error', lose);
  client.on('end', onEnd);

  /** The owner's turn starts when the last answer has come, and ends when it asks again. */
  function watchSilence(): void {
    clearTimeout(silenceTimer);
    if (silence === undefined || waiting.size > 0) return;
    const { ms, reject } = silence;
    silenceTimer = setTimeout(() => reject(storageError('storage_stalled', { deadlineMs: ms })), ms);
  }

  function run<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<pg.QueryResult<Row>> {
    return new Promise<pg.QueryResult<Row>>((resolve, reject) => {
      if (broken !== undefined) {
        reject(broken);
        return;
      }
      waiting.add(reject);
      clearTimeout(silenceTimer);
      client
        .query<Row>({ ...statement, values: [...values] })
        .then(resolve, (error: unknown) => {
          if (!isTransactionAborted(error)) firstFailure ??= error;
          reject(isTransactionAborted(error) && firstFailure !== undefined ? firstFailure : error);
        })
        .finally(() => {
          waiting.delete(reject);
          watchSilence();
        });
    });
  }

  function giveBack(error?: Error): void {
    clearTimeout(silenceTimer);
    silence = undefined;
    client.off('error', lose);
    client.off('end', onEnd);
    client.release(error);
  }

  return {
    client,
    query: async (statement, values) => (await run(statement, values)).rows as never,
    send(statement, values, act) {
      run(statement, values).then(
        (result) => act?.(result.rows),
        // It is kept as the first failure, which COMMIT reports.
        () => undefined,
      );
    },
    async commit() {
      const { command } = await run({ text: 'COMMIT' }, []);
      if (command === 'COMMIT') return undefined;
      return { rolledBackFor: firstFailure ?? storageError('storage_failed', { detail: `${command} on COMMIT` }) };
    },
    stalled: (ms) =>
      new Promise<never>((_resolve, reject) => {
        silence = { ms, reject };
        watchSilence();
      }),
    release: () => giveBack(broken),
    abandon(reason) {
      if (broken === undefined && isConnectionLost(reason)) {
        broken = reason instanceof Error ? reason : new Error(String(reason));
      }
      if (broken !== undefined) {
        giveBack(broken);
        return;
      }
      // Given back only when all that was sent is answered. pg leaves out the text of a named statement that was sent
      // before and has no answer yet, and the server does not take one in a transaction that has failed: the next owner
      // would then ask for a statement that the server never got.
      run({ text: 'ROLLBACK' }, []).then(() => giveBack(broken), giveBack);
    },
  };
}
