import { storageError } from './errors.ts';

/** A transaction's life: `check` throws from the moment it has ended. */
export function createLife(): { readonly check: () => void; readonly end: () => void } {
  let hasEnded = false;
  return {
    check: () => {
      if (hasEnded) throw storageError('storage_ended', undefined);
    },
    end: () => {
      hasEnded = true;
    },
  };
}

/**
 * Awaits the work of a transaction, but not for ever: while it runs, everybody else's waits. Work that awaits only its
 * tx is done before the event loop turns once, so any bound will do; this one is wide enough for a debugger's stop.
 */
export const TRANSACTION_DEADLINE_MS = 1_000;

/** @throws storage_stalled; what the work does after that is ignored */
export type StallGuard = <T>(work: Promise<T>) => Promise<T>;

/** A work under way. */
interface Guarded {
  readonly startedAt: number;
  readonly reject: (error: unknown) => void;
}

/** For works that follow one another: they share one timer, since a timer for each would cost as much as the work. */
export function createStallGuard(deadlineMs: number): StallGuard {
  let current: Guarded | undefined;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    if (current === undefined) return;
    const left = current.startedAt + deadlineMs - performance.now();
    if (left > 0) timer = setTimeout(look, Math.ceil(left));
    else current.reject(storageError('storage_stalled', { deadlineMs }));
  }

  return async <T>(work: Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const mine: Guarded = { startedAt: performance.now(), reject };
    current = mine;
    if (timer === undefined) timer = setTimeout(look, deadlineMs);
    else timer.ref();
    work.then(resolve, reject);
    try {
      return await promise;
    } finally {
      // One that stalled ends here as well: what it does later must not end the next one's guard.
      if (current === mine) current = undefined;
      // With nothing under way the process may end.
      timer?.unref();
    }
  };
}
