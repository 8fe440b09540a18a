import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger } from '../../plugin/contract/host.ts';

/** An editor saves a file in several steps, and a person several files; wait until it is quiet for so long, ms. Our choice. */
const QUIET_MS = 100;
/** How soon to look again for a folder that is not there (moved, or being checked out anew), ms. Our choice. */
const LOOK_AGAIN_MS = 500;
/** Nothing of a bot is in them, and they may be large. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git']);

/**
 * Calls `onSaved` after files of a folder were saved. Returns a function that ends it.
 *
 * Each folder is watched, none of its files: Node's recursive watching follows a file, on Linux, and loses it when an
 * editor saves by writing another file and renaming that. A folder that was replaced itself is found by its inode.
 */
export function watchFolder(folder: string, clock: Clock, logger: Logger, onSaved: () => void): () => void {
  const watched = new Map<string, { readonly inode: number; readonly watcher: FSWatcher }>();
  let cancel: () => void = () => undefined;
  look();
  return () => {
    cancel();
    for (const path of watched.keys()) forget(path);
  };

  function saved(): void {
    cancel();
    cancel = clock.after(QUIET_MS, () => {
      // First the folders: whatever is saved from now on is told, and whatever was before is there to be read.
      look();
      onSaved();
    });
  }

  function look(): void {
    const present = foldersIn(folder);
    for (const [path, { inode }] of watched) if (present.get(path) !== inode) forget(path);
    for (const [path, inode] of present) if (!watched.has(path)) begin(path, inode);
    if (!watched.has(folder)) cancel = clock.after(LOOK_AGAIN_MS, lookAgain);
  }

  function lookAgain(): void {
    look();
    if (watched.has(folder)) saved();
  }

  function begin(path: string, inode: number): void {
    try {
      const watcher = watch(path, { persistent: false }, saved);
      watcher.on('error', (error) => {
        logger.warn('a folder of the bot is no longer watched', { error });
        forget(path);
        saved();
      });
      watched.set(path, { inode, watcher });
    } catch (error) {
      logger.warn('a folder of the bot cannot be watched', { error });
    }
  }

  function forget(path: string): void {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  }
}

/** A folder and those inside it, each with its inode; what cannot be read is left out. */
function foldersIn(folder: string, found = new Map<string, number>()): Map<string, number> {
  try {
    found.set(folder, statSync(folder).ino);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) foldersIn(join(folder, entry.name), found);
    }
  } catch {
    // It went while we looked: the change of the folder around it is told.
    found.delete(folder);
  }
  return found;
}
