import { storageError } from '../errors.ts';
import type { LazyPort } from './lazy-port.ts';

/**
 * Awaits a transaction's work, but no longer than `ms` at a time in which it asks nothing of the server: it holds locks
 * that others wait for. @throws storage_stalled; what the work does after that is ignored
 */
export async function withinDeadline<T>(lazy: LazyPort, work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      lazy
        .opened()
        .then(async (session) => {
          if (session === undefined) throw storageError('storage_stalled', { deadlineMs: ms });
          return session.stalled(ms);
        }, reject)
        .catch(reject);
    }, ms);
  });
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
