import type { LaneWorker } from '../storage/lane-worker-contract.ts';
import type { PluginParts } from './plugin-parts.ts';
import { queuesOf } from './queue-names.ts';
import type { WebhookInbox } from './webhook-inbox.ts';

/**
 * Resolves when no queue has anything that could be done now. Work in one queue makes work in another, which may be claimed
 * before it could be seen waiting: so all are asked again until nothing was stored for any of them meanwhile.
 */
export async function waitUntilIdle(
  parts: PluginParts,
  inbox: Pick<WebhookInbox, 'idle' | 'waiting'>,
  workers: readonly LaneWorker[],
  isRunning: () => boolean,
): Promise<void> {
  const queues = queuesOf(parts.bindings.all);
  let happened = false;
  const forget = parts.storage.onWork(() => {
    happened = true;
  });
  try {
    while (isRunning()) {
      happened = false;
      await inbox.idle();
      await Promise.all(workers.map((worker) => worker.idle()));
      const times = await Promise.all(queues.map((queue) => parts.storage.nextWorkAt(queue)));
      const now = parts.clock.now();
      if (!happened && inbox.waiting === 0 && times.every((at) => at === undefined || at > now)) return;
    }
  } finally {
    forget();
  }
}
