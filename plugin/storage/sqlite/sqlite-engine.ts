import type { DatabaseSync } from 'node:sqlite';
import type { CommitEngine } from './group-commit.ts';
import { describeSqliteError } from './describe-sqlite-error.ts';

/** What is done about SQLite's write-ahead log beside the commits. */
export interface EngineLog {
  flush(): Promise<void>;
  /** A transaction has just been committed and none is open. */
  committed(): void;
}

/**
 * Group commits on a SQLite connection. A group that need not survive a loss of power (claims only) commits without a
 * flush: `synchronous = NORMAL` leaves that to the next durable commit (sqlite.org/pragma.html#pragma_synchronous).
 * With a `log` no commit flushes: its own `flush` is called for those that must be durable.
 */
export function createSqliteEngine(
  database: DatabaseSync,
  folder: string,
  close: () => void,
  log?: EngineLog,
): CommitEngine {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const savepoint = database.prepare('SAVEPOINT unit');
  const release = database.prepare('RELEASE unit');
  const undo = database.prepare('ROLLBACK TO unit');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let flushes = true;

  return {
    begin(durable) {
      const mustFlush = durable && log === undefined;
      if (mustFlush !== flushes) database.exec(`PRAGMA synchronous = ${mustFlush ? 'FULL' : 'NORMAL'}`);
      flushes = mustFlush;
      begin.run();
    },
    savepoint: () => void savepoint.run(),
    release: () => void release.run(),
    undo() {
      undo.run();
      release.run();
    },
    commit: () => {
      commit.run();
      log?.committed();
    },
    rollback: () => void rollback.run(),
    inTransaction: () => database.isTransaction,
    describe: (error) => describeSqliteError(error, folder),
    close,
    ...(log === undefined ? {} : { flush: () => log.flush() }),
  };
}
