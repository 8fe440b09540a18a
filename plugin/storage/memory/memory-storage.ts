import type { Storage } from '../contract.ts';
import { createLocalStorage } from '../local/local-storage.ts';
import type { OpenStorageOptions } from '../open-options.ts';
import { createMemoryTables } from './memory-tables.ts';
import { createUndoLog } from './undo-log.ts';

/**
 * Storage that lives as long as the process: for tests, and to try things out. The rules are those of the other drivers,
 * but nothing survives.
 */
export function createMemoryStorage(options: OpenStorageOptions): Storage {
  const log = createUndoLog();
  let open = false;
  return createLocalStorage({
    ...options,
    driver: 'memory',
    tables: createMemoryTables(log),
    // Nothing is flushed, but input and output must have their turn between two groups, as with the other drivers.
    soon: setImmediate,
    engine: {
      begin: () => {
        open = true;
      },
      savepoint: () => {
        log.keep();
      },
      release: () => {
        log.keep();
      },
      undo: () => {
        log.undo();
      },
      commit: () => {
        log.keep();
        open = false;
      },
      rollback: () => {
        open = false;
      },
      inTransaction: () => open,
      describe: (error) => error,
      close: () => undefined,
    },
  });
}
