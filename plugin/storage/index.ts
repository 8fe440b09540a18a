/** Durable storage and the worker of its lanes: all that the rest of the plugin and the shim use of this house. */
import type { OpenStorageOptions, Storage } from './contract.ts';
import { storageError } from './errors.ts';
import { createMemoryStorage, createSqliteStorage } from './sqlite/sqlite-storage.ts';
import { systemClock } from './system-clock.ts';

export type * from './contract.ts';
export { codeOf, type StorageError, storageError } from './errors.ts';
export type * from './lane-worker-contract.ts';
export { createLaneWorker } from './worker/lane-worker.ts';
export { pauseOf } from './worker/settle-job.ts';
export { createQueueWatch } from './worker/queue-watch.ts';
export { createMemoryStorage, createSqliteStorage } from './sqlite/sqlite-storage.ts';
export { steadyTime, systemClock } from './system-clock.ts';
export { createProbe, type Probed } from './probe.ts';

/**
 * Opens storage by its specification: `sqlite:<folder>`, `memory:` or a `postgres://` URL.
 * @throws storage_spec_invalid and what the driver throws
 */
export async function openStorage(spec: string, given: Partial<OpenStorageOptions> = {}): Promise<Storage> {
  const options = { clock: systemClock, ...given };
  const colon = spec.indexOf(':');
  const driver = spec.slice(0, Math.max(0, colon));
  const rest = spec.slice(colon + 1);
  if (driver === 'memory') {
    if (rest !== '') throw storageError('storage_spec_invalid', { spec, problem: 'has something after "memory:"' });
    return createMemoryStorage(options);
  }
  if (driver === 'sqlite') {
    if (rest === '') throw storageError('storage_spec_invalid', { spec, problem: 'names no folder' });
    return createSqliteStorage(rest, options);
  }
  if (/^postgres(ql)?$/.test(driver)) {
    // Loaded only for those who use it: the client is not small.
    const { createPostgresStorage } = await import('./postgres/postgres-storage.ts');
    return createPostgresStorage(spec, options);
  }
  // A URL may carry a password: it is not repeated.
  throw storageError('storage_spec_invalid', { spec: driver === '' ? spec : `${driver}:…`, problem: 'is not known' });
}
