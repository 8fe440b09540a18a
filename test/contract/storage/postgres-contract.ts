import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import type { PostgresVersion } from '../../support/postgres.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { quietStorage } from './quiet-storage.ts';
import { storageContract } from './suite.ts';

/** The contract on a real server of this version. */
export function postgresContract(version: PostgresVersion): void {
  const database = usePostgres(version);

  storageContract({
    name: `PostgreSQL (${version})`,
    open: async (clock) => {
      const opened = await createPostgresStorage(database.emptySchema('&pool=5'), { clock, timeSource: 'clock' });
      const { storage, quiet } = quietStorage(opened);
      clock.waitFor(quiet);
      return storage;
    },
    // Each step is a round trip to a server.
    propertyRuns: 8,
  });
}
