import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, storageError } from '../errors.ts';

/** Says where the data of a folder has gone. A person may remove it, to go back. */
const MOVED_FILE = 'moved';

/** From now on nobody opens the folder: what waits in it is done elsewhere, and would be done twice. */
export function markMoved(folder: string, to: string): void {
  writeFileSync(join(folder, MOVED_FILE), `${to}\n`);
}

/** Where the data has gone; `undefined`: it is still here. */
export function movedTo(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, MOVED_FILE), 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws storage_moved */
export function refuseMoved(folder: string): void {
  const to = movedTo(folder);
  if (to !== undefined) throw storageError('storage_moved', { folder, to });
}
