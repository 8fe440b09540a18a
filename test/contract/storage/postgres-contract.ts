import { describe, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import type { PostgresVersion } from '../../support/postgres.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { quietStorage } from './quiet-storage.ts';
import { enqueue, job, type StorageDriver, statsOf, useSubject } from './subject.ts';
import { storageContract } from './suite.ts';
import { createWorker } from './worker-bench.ts';

/** The contract on a real server of this version, and what is promised of servers alone. */
export function postgresContract(version: PostgresVersion): void {
  const database = usePostgres(version);
  const driver: StorageDriver = {
    name: `PostgreSQL (${version})`,
    open: async (clock) => {
      const opened = await createPostgresStorage(database.emptySchema('&pool=5'), { clock, timeSource: 'clock' });
      const { storage, quiet } = quietStorage(opened);
      clock.waitFor(quiet);
      return storage;
    },
    // Each step is a round trip to a server.
    propertyRuns: 8,
  };
  storageContract(driver);

  describe('a claim asks the server', () => {
    const subject = useSubject(driver);

    test('in a bounded queue none is made for a slot whose end is not committed', async () => {
      const { storage, clock } = subject();
      let inVain = 0;
      const counting: Storage = {
        ...storage,
        async claim(request) {
          const jobs = await storage.claim(request);
          if (jobs.length === 0) inVain += 1;
          return jobs;
        },
      };
      await enqueue(storage, ...Array.from({ length: 20 }, (_, lane) => job(`lane ${lane}`, lane)));
      const bounded = { concurrency: 2, maxClaimed: 2 };
      const { worker } = createWorker({ storage: counting, clock }, async () => undefined, bounded);
      worker.start();
      await worker.idle();
      await worker.stop();
      expect(await statsOf(storage)).toMatchObject({ jobs: 0 });
      // When nothing waits any more, and for idle().
      expect(inVain).toBeLessThanOrEqual(3);
    });
  });
}
