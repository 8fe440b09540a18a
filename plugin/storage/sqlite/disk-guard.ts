import { statfsSync } from 'node:fs';
import { storageError } from '../errors.ts';

/**
 * Free space that new work leaves to what is accepted already, bytes; of a small disk a twentieth. Our choice: the log may
 * grow by half of it, and the rest lets the jobs that wait end.
 */
const KEPT_FREE = 128 * 1024 * 1024;
const KEPT_SHARE = 1 / 20;
/** The disk is looked at again after this, ms: a look costs microseconds, and no disk fills faster than a second at this pace. */
const LOOK_AGAIN_MS = 250;
const MIB = 1024 * 1024;

/** Throws as long as the disk of a folder has too little free space for new work. @throws storage_full */
export function createDiskGuard(folder: string, keptFree: number | undefined): () => void {
  let lookedAt = -Infinity;
  let detail: string | undefined;

  function look(): string | undefined {
    const { bavail, blocks, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const kept = keptFree ?? Math.min(KEPT_FREE, blocks * bsize * KEPT_SHARE);
    if (free >= kept) return undefined;
    const inMib = (bytes: number): number => Math.floor(bytes / MIB);
    return `${inMib(free)} MiB are free, ${inMib(kept)} MiB are kept for what is accepted already`;
  }

  return () => {
    const now = performance.now();
    if (now - lookedAt > LOOK_AGAIN_MS) {
      lookedAt = now;
      detail = look();
    }
    if (detail !== undefined) throw storageError('storage_full', { folder, detail });
  };
}
