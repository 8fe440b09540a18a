import { DatabaseSync } from 'node:sqlite';
import type { Storage } from '../contract.ts';
import { createLocalStorage } from './local-storage.ts';
import type { OpenStorageOptions } from '../open-options.ts';
import { migrate } from './open-database.ts';
import { createSqliteEngine } from './sqlite-engine.ts';
import { createSqliteTables } from './sqlite-tables.ts';

/**
 * Storage that lives as long as the process: for tests, and to try things out. The same engine as in a folder, but nothing
 * is locked, flushed or marked, and nothing survives. Reads take their turn among the writes.
 */
export function createMemoryStorage(options: OpenStorageOptions): Storage {
  const database = new DatabaseSync(':memory:');
  migrate(database, ':memory:');
  return createLocalStorage({
    ...options,
    driver: 'memory',
    tables: createSqliteTables((sql) => database.prepare(sql)),
    // Nothing is flushed, but input and output must have their turn between two groups.
    soon: setImmediate,
    engine: createSqliteEngine(database, ':memory:', () => database.close()),
  });
}
