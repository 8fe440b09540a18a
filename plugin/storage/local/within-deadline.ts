import { storageError } from '../errors.ts';

/**
 * Awaits the work of a transaction, but not for ever: while it runs, everybody else's waits. Work that awaits only its
 * tx is done before the event loop turns once, so any bound will do; this one is wide enough for a debugger's stop.
 */
export const TRANSACTION_DEADLINE_MS = 1_000;

/** @throws storage_stalled; what the work does after that is ignored */
export async function withinDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(storageError('storage_stalled', { deadlineMs }));
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
