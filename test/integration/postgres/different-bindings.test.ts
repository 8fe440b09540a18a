import { expect, onTestFinished, test } from 'vitest';
import { DIALOG_QUEUE } from '../../../plugin/core/jobs.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { LEAD } from '../../support/minimal-host.ts';
import { LANE, stand } from '../../support/standing-plugin.ts';

const database = usePostgres();

async function nodeWith(url: string, bindingId: string) {
  const storage = await openStorage(url, { clock: systemClock });
  onTestFinished(() => storage.close());
  return stand(storage, bindingId);
}

/** How many bindings the node says it does not know. */
async function unknownTo({ plugin }: Awaited<ReturnType<typeof nodeWith>>): Promise<number | undefined> {
  return (await plugin.metrics()).find(({ name }) => name === 'livetex_bindings_unknown')?.samples[0]?.value;
}

test('a node does not claim the dialogs of a binding that it does not know: they wait untouched for the one that knows it', async () => {
  const url = database.emptySchema('&pool=4');
  const older = await nodeWith(url, 'another');
  const newer = await nodeWith(url, 'main');
  await newer.plugin.accept([{ type: 'TransferRequested', id: 'asked', lead: LEAD, at: 1 }]);
  expect(await unknownTo(older)).toBe(0);
  await older.plugin.start();
  await expect.poll(() => unknownTo(older)).toBe(1);
  await older.plugin.idle();
  expect(older.warnings).toEqual(['binding is not known here: its dialogs wait {"binding":"main"}']);
  const [job] = await newer.storage.read((tx) => tx.listJobs(DIALOG_QUEUE, LANE, 1));
  expect(job).toMatchObject({ attempts: 0, lastError: null });
  await newer.plugin.start();
  await expect.poll(async () => (await newer.plugin.dialog(LEAD)).transfer).toBe(1);
  await expect.poll(() => unknownTo(older)).toBe(0);
  expect(await newer.storage.listDead({ queue: DIALOG_QUEUE, limit: 10 })).toEqual([]);
});
