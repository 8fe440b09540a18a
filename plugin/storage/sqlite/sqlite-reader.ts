import type { DatabaseSync } from 'node:sqlite';
import type { Reader } from './local-storage.ts';
import { createStallGuard } from '../stall-guard.ts';
import { describeSqliteError } from './describe-sqlite-error.ts';
import { createSqliteTables } from './sqlite-tables.ts';

/**
 * Reads on a connection of their own: SQLite gives each a snapshot of what is committed, so that a read neither sees a
 * group that is still open nor waits for its flush. One after the other, each in a transaction of its own, begun after
 * it was asked for: a read that follows a commit sees it.
 */
export function createSqliteReader(database: DatabaseSync, folder: string, deadlineMs: number): Reader {
  const tables = createSqliteTables((sql) => database.prepare(sql));
  const begin = database.prepare('BEGIN');
  const end = database.prepare('COMMIT');
  const guarded = createStallGuard(deadlineMs);
  let last: Promise<unknown> = Promise.resolve();

  async function runOne<T>(work: Parameters<typeof read<T>>[0]): Promise<T> {
    begin.run();
    try {
      const result = work(tables);
      return result instanceof Promise ? await guarded(result) : result;
    } catch (error) {
      throw describeSqliteError(error, folder);
    } finally {
      if (database.isTransaction) end.run();
    }
  }

  function read<T>(work: (tables: ReturnType<typeof createSqliteTables>) => T | Promise<T>): Promise<T> {
    const result = last.then(() => runOne(work));
    last = result.catch(() => undefined);
    return result;
  }

  return {
    run: read,
    async close() {
      await last;
      database.close();
    },
  };
}
