import { messageOf } from '../../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../../plugin/contract/host.ts';
import type { Runtime, RuntimeActivity } from '../../runtime/contract.ts';
import type { StatusRecord } from '../records.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Status } from './status.ts';

/** The runtime may be replaced by a switch on the page, so the simulator asks for the present one each time. */
export interface RuntimeHandle {
  current(): Runtime;
  /** Closes the runtime and starts another one on the same storage; resolves when that one is started. Where none can be made, rejects, and the one before goes on. */
  restart(): Promise<void>;
  /** Called with a new runtime after it was made and before it is started, so that nothing of it is missed. */
  onReplaced?(listener: (runtime: Runtime) => void): () => void;
}

interface WatchedRuntimeOptions {
  readonly handle: RuntimeHandle;
  readonly status: Status;
  readonly timeline: Timeline;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  readonly onActivity: (activity: RuntimeActivity) => void;
  /** Before the runtime closes: its server waits for the streams that it serves. */
  readonly beforeRestart: () => void;
  readonly afterRestart: () => Promise<void>;
}

/** The runtime behind the page: its activities, whichever runtime it is now, and its restart. */
export class WatchedRuntime {
  readonly #options: WatchedRuntimeOptions;
  readonly #stopReplaced: (() => void) | undefined;
  #unobserve: () => void;

  constructor(options: WatchedRuntimeOptions) {
    this.#options = options;
    this.#unobserve = options.handle.current().onActivity(options.onActivity);
    this.#stopReplaced = options.handle.onReplaced?.((next) => this.#watch(next));
  }

  /** Never rejects: how it ended is told on the page. A restart under way is the one that was asked for. */
  async restart(): Promise<void> {
    const { handle, status, logger } = this.#options;
    if (status.record.runtime === 'restarting') return;
    status.set({ runtime: 'restarting' });
    this.#tell('restarting', 'warn');
    try {
      this.#options.beforeRestart();
      await handle.restart();
      if (this.#stopReplaced === undefined) this.#watch(handle.current());
      await this.#options.afterRestart();
      status.set({ runtime: 'running' });
      this.#tell('running', 'info');
    } catch (error) {
      logger?.error('the runtime could not be started again', { error: messageOf(error) });
      status.set({ runtime: 'failed', failure: messageOf(error) });
      this.#tell('failed', 'error');
    }
  }

  close(): void {
    this.#stopReplaced?.();
    this.#unobserve();
  }

  #watch(runtime: Runtime): void {
    this.#unobserve();
    this.#unobserve = runtime.onActivity(this.#options.onActivity);
  }

  #tell(state: StatusRecord['runtime'], level: 'info' | 'warn' | 'error'): void {
    this.#options.timeline.add({ at: this.#options.clock.now(), level, facts: { kind: 'runtime', state } });
  }
}
