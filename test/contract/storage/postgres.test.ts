import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { quietStorage } from '../../support/quiet-storage.ts';
import { storageContract } from './suite.ts';

const database = usePostgres();

storageContract({
  name: 'PostgreSQL',
  open: async (clock) => {
    const opened = await createPostgresStorage(database.emptySchema('&pool=5'), { clock, timeSource: 'clock' });
    const { storage, quiet } = quietStorage(opened);
    clock.waitFor(quiet);
    return storage;
  },
  // Each step is a round trip to a server.
  propertyRuns: 8,
  giveUpAfterMs: 60 * 60_000,
});
