import type { StorageClock } from './contract.ts';

/** What storage writes to the log. The plugin's and the shim's loggers fit. */
export interface StorageLogger {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface OpenStorageOptions {
  readonly clock: StorageClock;
  readonly logger?: StorageLogger;
  /** How long a transaction's work may await something other than its tx before it is given up, real ms. Default 1,000. */
  readonly transactionDeadlineMs?: number;
  /** Free space of a folder's disk below which new work is refused with `storage_full`, bytes. Default 128 MiB, or a twentieth of a small disk. */
  readonly keptFreeBytes?: number;
  /**
   * Whose data this is (a bot's id), for storage that several clusters can reach: another owner's is refused with
   * `storage_foreign`. Left out: whoever asks.
   */
  readonly owner?: string;
}
