import { expect, onTestFinished, test } from 'vitest';
import { DIALOG_QUEUE } from '../../../plugin/core/jobs.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { stand } from '../../support/standing-plugin.ts';

const database = usePostgres();

async function nodeWith(url: string, bindingId: string) {
  const storage = await openStorage(url, { clock: systemClock });
  onTestFinished(() => storage.close());
  return stand(storage, bindingId);
}

/** How many jobs a node has left to others. */
async function leftBy({ plugin }: Awaited<ReturnType<typeof nodeWith>>): Promise<number> {
  const metric = (await plugin.metrics()).find(({ name }) => name === 'livetex_jobs_left_total');
  return metric?.samples.find(({ labels }) => labels['binding'] === 'main')?.value ?? 0;
}

test('a node leaves the dialog jobs of a binding that it does not know to the node that knows it', async () => {
  const url = database.emptySchema('&pool=4');
  const older = await nodeWith(url, 'another');
  const newer = await nodeWith(url, 'main');
  await newer.plugin.accept([{ type: 'TransferRequested', id: 'asked', lead: LEAD, at: 1 }]);
  await older.plugin.start();
  await expect.poll(() => leftBy(older), { timeout: 30_000 }).toBeGreaterThan(0);
  await newer.plugin.start();
  await expect.poll(async () => (await newer.plugin.dialog(LEAD)).transfer, { timeout: 30_000 }).toBe(1);
  expect(await newer.storage.listDead({ queue: DIALOG_QUEUE, limit: 10 })).toEqual([]);
});
