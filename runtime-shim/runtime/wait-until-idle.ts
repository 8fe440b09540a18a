import type { LaneWorker } from '../../plugin/storage/lane-worker-contract.ts';
import type { BackgroundWork } from './background-work.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/**
 * Resolves when neither the leads' lanes nor the plugins have anything to do now. Each of them may give work to the other
 * (a script asks for an operator, a plugin starts a script), so all are asked again until nothing was stored meanwhile.
 */
export async function waitUntilIdle(
  parts: RuntimeParts,
  worker: LaneWorker,
  background: BackgroundWork,
): Promise<void> {
  let happened = true;
  const mark = (): void => {
    happened = true;
  };
  const forget = [parts.storage.onWork(mark), parts.storage.onAppend(mark)];
  try {
    while (happened) {
      happened = false;
      await worker.idle();
      for (const plugin of parts.plugins().list) await plugin.idle?.();
      await background.ended();
    }
  } finally {
    for (const end of forget) end();
  }
}
