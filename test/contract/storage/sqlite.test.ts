import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import { quietStorage } from './quiet-storage.ts';
import { storageContract } from './suite.ts';

const root = mkdtempSync(join(tmpdir(), 'livetex-storage-'));
let folders = 0;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

storageContract({
  name: 'sqlite',
  open: async (clock) => {
    folders += 1;
    const opened = await createSqliteStorage(join(root, `${folders}`), { clock });
    // The disk flushes beside the event loop: the clock stands still meanwhile.
    const { storage, quiet } = quietStorage(opened);
    clock.waitFor(quiet);
    return storage;
  },
  propertyRuns: 40,
});
