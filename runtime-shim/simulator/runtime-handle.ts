import type { Runtime } from '../runtime/contract.ts';

/** The runtime may be replaced by a switch on the page, so the simulator asks for the present one each time. */
export interface RuntimeHandle {
  current(): Runtime;
  /** Closes the runtime and starts another one on the same storage; resolves when that one is started. Where none can be made, rejects, and the one before goes on. */
  restart(): Promise<void>;
  /** Called with a new runtime after it was made and before it is started, so that nothing of it is missed. */
  onReplaced?(listener: (runtime: Runtime) => void): () => void;
}
