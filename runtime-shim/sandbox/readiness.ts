import { shimError } from '../errors.ts';

/** Whether runners stand, for those who ask and those who wait for it. Nobody need listen. */
export class Readiness {
  #ready = freshPromise();
  /** Why runners do not start now; `undefined` while they may. */
  unavailable: string | undefined;

  get promise(): Promise<void> {
    return this.#ready.promise;
  }

  resolve(): void {
    this.#ready.resolve();
  }

  /** For good: our own guest code is broken, or the sandbox is closed. */
  reject(error: unknown): void {
    this.#ready.reject(error);
  }

  /** A start worked. */
  becomeAvailable(): void {
    if (this.unavailable === undefined) return;
    this.unavailable = undefined;
    this.#ready = freshPromise();
  }

  /** Whoever waits is told, and whoever asks from now on. */
  becomeUnavailable(why: string): string {
    const reason = `runner processes do not start: ${why}`;
    this.unavailable = reason;
    // One that was resolved stays so.
    this.#ready.reject(shimError('sandbox_unavailable', { reason }));
    this.#ready = freshPromise();
    this.#ready.reject(shimError('sandbox_unavailable', { reason }));
    return reason;
  }
}

function freshPromise(): PromiseWithResolvers<void> {
  const made = Promise.withResolvers<void>();
  made.promise.catch(() => undefined);
  return made;
}
