import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createSqliteStorage } from '../../../plugin/storage/index.ts';
import { storageContract } from './suite.ts';

const root = mkdtempSync(join(tmpdir(), 'livetex-storage-'));
let folders = 0;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

storageContract({
  name: 'sqlite',
  open: (clock) => {
    folders += 1;
    return createSqliteStorage(join(root, `${folders}`), { clock });
  },
  propertyRuns: 40,
});
