/**
 * Writes the saved state that `test/unit/storage/sqlite-migrations.test.ts` loads. Run once for each schema version, when
 * it is new, by hand: `node test/unit/storage/write-storage-fixture.ts test/fixtures/storage/sqlite-v<n>`. Never run it again
 * for an old version: the point of the file is that an old program wrote it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStorage, type NewJob } from '../../../plugin/storage/index.ts';
import { createTestClock } from '../../support/test-clock.ts';

const folder = process.argv[2] ?? '';
const clock = createTestClock();
const storage = await createSqliteStorage(folder, { clock });
const job = (lane: string, payload: string): NewJob => ({ queue: 'livetex:main', lane, kind: 'send', payload });

await storage.transaction(async (tx) => {
  await tx.putRecord('lead', 'старый', { имя: 'Анна', n: 1 });
  await tx.putRecord('lead', 'старый', { имя: 'Анна', n: 2 });
  await tx.appendStream('lead:1', 'gone by retention', clock.now() - 10);
  await tx.appendStream('lead:1', 'kept', clock.now());
  await tx.remember('webhook', 'seen', { verdict: 'sent' });
  await tx.enqueue([
    job('buried', 'dead'),
    job('retrying', 'first'),
    job('retrying', 'second'),
    job('claimed', 'held'),
  ]);
  await tx.schedule({ id: 'pickup', at: clock.now() + 60_000, job: job('timer', 'later') });
  await tx.setPause('other', { until: clock.now() + 1_000, reason: 'livetex_token_refused' });
});
await storage.prune({ rememberedMs: 1_000, streamMs: 5 });
const [dead, retrying] = await storage.claim({ queue: 'livetex:main', limit: 3, leaseMs: 60_000 });
await storage.transaction(async (tx) => {
  if (dead) await tx.deadLetter(dead, 'livetex_refused');
  if (retrying) await tx.retry(retrying, { notBefore: clock.now() + 5_000, error: 'livetex_failed' });
});
await storage.close();
for (const file of ['lock.db', 'trying']) rmSync(join(folder, file), { force: true });
