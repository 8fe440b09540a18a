import { messageOf } from '../contract/coded-error.ts';
import { findOpenDialogs } from '../core/dialog-record.ts';
import { pruneTransfers } from '../core/transfer-store.ts';
import type { PluginContext, PluginRetention } from '../core/plugin-context.ts';

/** What is kept, and how long, unless the owner says otherwise. LiveTex repeats a webhook for 24 h; three days also cover a platform that was away over a weekend. */
const DEFAULT_RETENTION: PluginRetention = {
  rememberedMs: 3 * 24 * 3_600_000,
  /** Time for somebody to look at what was given up. Our choice. */
  deadMs: 30 * 24 * 3_600_000,
};
/** The records of transfers, ms: a year can be compared with the one before. Our choice. */
const DEFAULT_TRANSFERS_MS = 400 * 24 * 3_600_000;
/** After the start, ms: not in the rush of it, yet a process that restarts often gets there. */
const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 3_600_000;

export interface Housekeeping {
  start(): void;
  /** Resolves when a batch under way has ended. */
  stop(): Promise<void>;
}

/** Removes what retention allows, a small batch at a time, so that nobody waits for it. */
export function createHousekeeping({
  storage,
  clock,
  logger,
  retention = DEFAULT_RETENTION,
}: Pick<PluginContext, 'storage' | 'clock' | 'logger' | 'retention'>): Housekeeping {
  let cancel: (() => void) | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let running = false;

  // A function, since it changes while the loop below waits.
  const isRunning = (): boolean => running;

  function plan(ms: number): void {
    cancel = clock.after(ms, () => {
      underWay = clean();
    });
  }

  async function clean(): Promise<void> {
    try {
      await findOpenDialogs(storage, isRunning);
      while (isRunning() && (await storage.prune(retention)) > 0);
      const before = clock.now() - (retention.transfersMs ?? DEFAULT_TRANSFERS_MS);
      while (isRunning() && (await pruneTransfers(storage, before)) > 0);
    } catch (error) {
      logger.warn('storage could not be pruned', { error: messageOf(error) });
    }
    if (running) plan(EVERY_MS);
  }

  return {
    start() {
      if (running) return;
      running = true;
      plan(FIRST_AFTER_MS);
    },
    stop() {
      running = false;
      cancel?.();
      return underWay;
    },
  };
}
