import { codeOf } from '../../../plugin/contract/coded-error.ts';
import type { ControlConnection } from './control-connection.ts';

/** Calls back after changes at the emulator until stopped, or until the emulator is gone. */
export function watchChanges(connection: ControlConnection, listener: () => void): () => void {
  const stopped = new AbortController();
  const watch = async (): Promise<void> => {
    let revision = await connection.revision(undefined, stopped.signal);
    while (!stopped.signal.aborted) {
      const newest = await connection.revision(revision, stopped.signal);
      if (newest === revision) continue;
      revision = newest;
      listener();
    }
  };
  watch().catch((error: unknown) => {
    // Stopped, closed, or the emulator ended: each is the end of the watching. A listener's own mistake must be seen.
    if (codeOf(error) !== 'emulator_control_failed') throw error;
  });
  return () => stopped.abort();
}
