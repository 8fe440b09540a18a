/** Nodes that share a storage see each other; a data folder, which one process has, is not written for it. */
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../plugin/storage/index.ts';
import { NodeSigns } from '../../../runtime-shim/console/node-signs.ts';
import { createTestClock } from '../../support/test-clock.ts';

const MINUTE_MS = 60_000;

test('each of several nodes sees the others as of their last sign, also one that went, for a day', async () => {
  const clock = createTestClock();
  const shared = { ...createMemoryStorage({ clock }), driver: 'postgres' as const };
  // The clock of a node that goes does not run on.
  const lost = createTestClock(clock.now());
  const [one, two] = [new NodeSigns(shared, clock, '1.0.0'), new NodeSigns(shared, lost, '1.0.1')];
  one.start();
  two.start();
  const begun = clock.now();
  const seen = async () => (await one.list()).map(({ version, seenAt }) => [version, seenAt - begun]);
  await expect.poll(seen).toEqual([
    ['1.0.0', 0],
    ['1.0.1', 0],
  ]);
  await clock.advance(5 * MINUTE_MS);
  await expect.poll(seen).toEqual([
    ['1.0.0', 5 * MINUTE_MS],
    ['1.0.1', 0],
  ]);
  expect((await two.list()).map(({ version }) => version).toSorted()).toEqual(['1.0.0', '1.0.1']);
  await clock.advance(24 * 60 * MINUTE_MS);
  await expect.poll(async () => (await one.list()).map(({ version }) => version)).toEqual(['1.0.0']);
});

test('on a data folder nothing is written, and the list is this process', async () => {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  const signs = new NodeSigns(storage, clock, '1.0.0');
  signs.start();
  await clock.advance(5 * MINUTE_MS);
  expect(await signs.list()).toMatchObject([{ version: '1.0.0', seenAt: clock.now() }]);
  expect(await storage.read((tx) => tx.listRecords('console_nodes', { limit: 10 }))).toEqual([]);
});
