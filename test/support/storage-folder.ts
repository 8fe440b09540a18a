import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A path in a temporary folder that goes when the test ends. The folder itself is for storage to make. */
export function temporaryStorageFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'livetex-storage-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  return join(root, 'data');
}
