/** Which job is held to have ended a process, on SQLite. A death: the folder as it is while storage is still open. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createSqliteStorage, type Storage } from '../../../plugin/storage/index.ts';
import { describeDeaths } from '../../contract/storage/suite-deaths.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';
import { createTestClock } from '../../support/test-clock.ts';

const opened: Storage[] = [];

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

describeDeaths(async () => {
  const clock = createTestClock();
  const places = temporaryStorageFolder();
  let life = 0;
  const place = (): string => join(places, String(life));
  const open = (): Promise<Storage> => createSqliteStorage(place(), { clock });
  let storage = await open();
  opened.push(storage);
  return {
    clock,
    storage: () => storage,
    async die() {
      const left = place();
      life += 1;
      cpSync(left, place(), { recursive: true });
      await opened.pop()?.close();
      opened.push((storage = await open()));
    },
  };
});
