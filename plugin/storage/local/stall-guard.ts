import { storageError } from '../errors.ts';

/**
 * Awaits the work of a transaction, but not for ever: while it runs, everybody else's waits. Work that awaits only its
 * tx is done before the event loop turns once, so any bound will do; this one is wide enough for a debugger's stop.
 */
export const TRANSACTION_DEADLINE_MS = 1_000;

/** @throws storage_stalled; what the work does after that is ignored */
export type StallGuard = <T>(work: Promise<T>) => Promise<T>;

/** For works that follow one another: they share one timer, since a timer for each would cost as much as the work. */
export function createStallGuard(deadlineMs: number): StallGuard {
  let current: { readonly startedAt: number; readonly reject: (error: unknown) => void } | undefined;
  let isArmed = false;

  function arm(ms: number): void {
    isArmed = true;
    setTimeout(look, ms);
  }

  function look(): void {
    isArmed = false;
    if (current === undefined) return;
    const left = current.startedAt + deadlineMs - performance.now();
    if (left > 0) arm(Math.ceil(left));
    else current.reject(storageError('storage_stalled', { deadlineMs }));
  }

  return async <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      current = { startedAt: performance.now(), reject };
      if (!isArmed) arm(deadlineMs);
      work.finally(() => (current = undefined)).then(resolve, reject);
    });
}
