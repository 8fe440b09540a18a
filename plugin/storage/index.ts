/** Durable storage and the worker of its lanes: all that the rest of the plugin and the shim use of this house. */
export type * from './contract.ts';
export { codeOf, StorageError, storageError } from './errors.ts';
export type * from './lane-worker-contract.ts';
export { createLaneWorker } from './worker/lane-worker.ts';
export { createMemoryStorage } from './sqlite/sqlite-storage.ts';
export { openStorage } from './open-storage.ts';
export { createSqliteStorage } from './sqlite/sqlite-storage.ts';
export { systemClock } from './system-clock.ts';
