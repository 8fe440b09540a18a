import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { FilePart, FileStore } from './contract.ts';

const OWNER_ONLY = 0o700;

/** Files in a folder, which several nodes may have mounted. It is made when it is first needed. */
export function folderStore(folder: string): FileStore {
  return new FolderStore(folder);
}

class FolderStore implements FileStore {
  readonly incoming: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.incoming = join(folder, 'incoming');
  }

  async put(key: string, { path }: { readonly path: string }): Promise<void> {
    const place = this.#placeOf(key);
    await mkdir(dirname(place), { recursive: true, mode: OWNER_ONLY });
    await sync(path);
    await rename(path, place);
    // The name is in the folder: without this a power cut may forget it.
    await sync(dirname(place));
  }

  async open(key: string, part: FilePart | undefined): Promise<AsyncIterable<Uint8Array> | undefined> {
    const place = this.#placeOf(key);
    const found = await stat(place).catch(absent);
    if (found === undefined) return undefined;
    return createReadStream(place, part === undefined ? {} : { start: part.from, end: part.to });
  }

  async delete(key: string): Promise<void> {
    await rm(this.#placeOf(key), { force: true });
  }

  async close(): Promise<void> {}

  /** By the last two signs, which are random: no folder has all files. */
  #placeOf(key: string): string {
    return join(this.#folder, key.slice(-2), key);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}
