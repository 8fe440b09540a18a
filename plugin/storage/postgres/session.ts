import type pg from 'pg';
import { isConnectionLost } from './server-errors.ts';

/** A statement with a name is parsed and planned once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Runs one statement and returns its rows. */
export type Query = <Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

/** A connection taken from the pool. It ends with `release` or `abandon`. */
export interface Session {
  readonly query: Query;
  release(): void;
  /** After an error: rolls back and gives the connection back, or throws it away when it is broken. */
  abandon(error: unknown): Promise<void>;
}

/**
 * Takes a connection from the pool. A query on a connection that breaks at the wrong moment never settles in pg (it waits
 * for an answer that cannot come), so each one also ends when the connection does.
 */
export async function openSession(pool: pg.Pool): Promise<Session> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const waiting = new Set<(error: Error) => void>();
  const lose = (error: Error): void => {
    broken ??= error;
    for (const reject of waiting) reject(broken);
  };
  const onEnd = (): void => lose(Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' }));
  client.on('error', lose);
  client.on('end', onEnd);

  const query: Query = <Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]) =>
    new Promise<Row[]>((resolve, reject) => {
      if (broken !== undefined) {
        reject(broken);
        return;
      }
      waiting.add(reject);
      client
        .query<Row>({ ...statement, values: [...values] })
        .then((result) => resolve(result.rows), reject)
        .finally(() => waiting.delete(reject));
    });

  function giveBack(error?: Error): void {
    waiting.clear();
    client.off('error', lose);
    client.off('end', onEnd);
    client.release(error);
  }

  return {
    query,
    release: () => giveBack(broken),
    async abandon(error) {
      if (broken === undefined && isConnectionLost(error))
        broken = error instanceof Error ? error : new Error(String(error));
      try {
        if (broken === undefined) await query({ text: 'ROLLBACK' }, []);
      } catch (failure) {
        lose(failure instanceof Error ? failure : new Error(String(failure)));
      }
      giveBack(broken);
    },
  };
}
