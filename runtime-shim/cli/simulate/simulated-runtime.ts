/** The runtime of `simulate`, which the page may replace by a new one on the same storage: a restart that one can watch. */
import type { Runtime, RuntimeActivity } from '../../runtime/contract.ts';

export interface SimulatedRuntime {
  current(): Runtime;
  restart(): Promise<void>;
  onReplaced(listener: (runtime: Runtime) => void): () => void;
  /** Of whichever runtime is the current one. */
  onActivity(listener: (activity: RuntimeActivity) => void): void;
  close(): Promise<void>;
}

/** Makes the first one; it is not started. `create` is given the port that the one before had. */
export async function simulatedRuntime(
  create: (port: number | undefined) => Promise<Runtime>,
): Promise<SimulatedRuntime> {
  const replaced = new Set<(runtime: Runtime) => void>();
  const listeners = new Set<(activity: RuntimeActivity) => void>();
  const adopt = (runtime: Runtime): Runtime => {
    runtime.onActivity((activity) => {
      for (const listener of listeners) listener(activity);
    });
    return runtime;
  };
  let runtime = adopt(await create(undefined));
  return {
    current: () => runtime,
    restart: async () => {
      const { port } = new URL(runtime.url ?? 'http://127.0.0.1:0');
      // Made while the one before still works: a bot folder with mistakes, for one, must not leave nothing at all.
      const next = await create(Number(port));
      try {
        if (next.botId !== runtime.botId)
          throw new Error(
            `the bot's id is now "${next.botId}": start anew to simulate another bot than "${runtime.botId}"`,
          );
        await runtime.close();
      } catch (error) {
        await next.close();
        throw error;
      }
      runtime = adopt(next);
      for (const listener of replaced) listener(runtime);
      await runtime.start();
    },
    onReplaced: (listener) => {
      replaced.add(listener);
      return () => {
        replaced.delete(listener);
      };
    },
    onActivity: (listener) => void listeners.add(listener),
    close: () => runtime.close(),
  };
}
