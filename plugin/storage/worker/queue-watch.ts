import type { Storage } from '../contract.ts';
import type { QueueWatch, WorkerClock } from '../lane-worker-contract.ts';
import { POLL_MS } from './lane-worker.ts';

/** One listener to storage and one timer for the workers of any number of queues, as long as there are any. */
export function createQueueWatch({
  storage,
  clock,
}: {
  readonly storage: Pick<Storage, 'onWakeUp'>;
  readonly clock: WorkerClock;
}): QueueWatch {
  /** Two workers may have one queue for a while: one that ends its last jobs, and the one that follows it. */
  const wakes = new Map<string, Set<() => void>>();
  let stopListening: (() => void) | undefined;
  let cancelPoll: (() => void) | undefined;

  function wakeAll(): void {
    for (const ofQueue of wakes.values()) for (const wake of ofQueue) wake();
    cancelPoll = clock.after(POLL_MS, wakeAll);
  }

  function listen(): void {
    stopListening ??= storage.onWakeUp((queue) => {
      for (const wake of wakes.get(queue) ?? []) wake();
    });
    cancelPoll ??= clock.after(POLL_MS, wakeAll);
  }

  return {
    add(queue, wake) {
      const ofQueue = wakes.get(queue) ?? new Set();
      wakes.set(queue, ofQueue.add(wake));
      listen();
      return () => {
        ofQueue.delete(wake);
        if (ofQueue.size === 0 && wakes.get(queue) === ofQueue) wakes.delete(queue);
        if (wakes.size > 0) return;
        stopListening?.();
        cancelPoll?.();
        stopListening = undefined;
        cancelPoll = undefined;
      };
    },
  };
}
