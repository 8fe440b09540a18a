import { type FSWatcher, watch } from 'node:fs';
import type { Clock, Logger } from '../../plugin/contract/host.ts';

/** An editor saves a file in several steps, and a person several files; wait until it is quiet for so long, ms. Ours. */
const QUIET_MS = 100;

/** Calls `onSaved` after files of a folder were saved. Returns a function that ends it. */
export function watchFolder(folder: string, clock: Clock, logger: Logger, onSaved: () => void): () => void {
  let cancel: () => void = () => undefined;
  const watcher: FSWatcher = watch(folder, { recursive: true, persistent: false }, () => {
    cancel();
    cancel = clock.after(QUIET_MS, onSaved);
  });
  watcher.on('error', (error) => logger.warn('the bot folder is no longer watched', { error }));
  return () => {
    cancel();
    watcher.close();
  };
}
