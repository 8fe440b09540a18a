import type { Logger } from '../../plugin/contract/host.ts';
import type { LaneWorker } from '../../plugin/storage/lane-worker-contract.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Work that nobody waits for, but that has an owner: its failures are logged, and closing waits for it. */
export class BackgroundWork {
  private readonly underWay = new Set<Promise<void>>();
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  run(what: string, work: () => Promise<unknown>): void {
    const promise: Promise<void> = work()
      .then(
        () => undefined,
        (error: unknown) => this.logger.error(`${what} failed`, { error }),
      )
      .finally(() => this.underWay.delete(promise));
    this.underWay.add(promise);
  }

  async ended(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }
}

/**
 * Resolves when neither the leads' lanes nor the plugins have anything to do now. Each of them may give work to the other
 * (a script asks for an operator, a plugin starts a script), so all are asked again until nothing was stored meanwhile.
 */
export async function waitUntilIdle(
  context: RuntimeContext,
  workers: ReadonlyArray<Pick<LaneWorker, 'idle'>>,
  background: BackgroundWork,
): Promise<void> {
  let happened = true;
  const mark = (): void => {
    happened = true;
  };
  const forget = [context.storage.onWakeUp(mark), context.storage.onAppend(mark)];
  try {
    while (happened) {
      happened = false;
      await Promise.all(workers.map((worker) => worker.idle()));
      for (const plugin of context.plugins().list) await plugin.idle?.();
      await background.ended();
    }
  } finally {
    for (const end of forget) end();
  }
}
