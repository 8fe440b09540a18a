import type { LaneWorker } from '../storage/lane-worker-contract.ts';
import type { PluginParts } from './plugin-parts.ts';
import { queuesOf } from './queue-names.ts';

/** Resolves when no queue has anything that could be done now. Work in one queue makes work in another, hence the rounds. */
export async function waitUntilIdle(parts: PluginParts, workers: readonly LaneWorker[]): Promise<void> {
  const queues = queuesOf(parts.bindings.all);
  for (;;) {
    await Promise.all(workers.map((worker) => worker.idle()));
    const times = await Promise.all(queues.map((queue) => parts.storage.nextWorkAt(queue)));
    const now = parts.clock.now();
    if (times.every((at) => at === undefined || at > now)) return;
  }
}
