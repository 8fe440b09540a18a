import { afterEach, expect, test } from 'vitest';
import type { QueueStats, Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';

const database = usePostgres();
const opened: Storage[] = [];

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

const MANY = 3_000;
const WAITING = { queue: 'q', lanes: MANY, jobs: MANY, oldestAt: 1, retrying: 1, dead: 0, timers: 0 };

test('many jobs are counted once for all who ask within a while, few at each question', async () => {
  const spec = database.emptySchema();
  const schema = new URL(spec).searchParams.get('schema') ?? '';
  const storage = await openStorage(spec, { clock: systemClock });
  opened.push(storage);
  const insert = async (from: number, to: number): Promise<void> => {
    const numbers = `generate_series(${from}, ${to}) AS n`;
    await database.query(`INSERT INTO ${schema}.lanes SELECT 'q', 'lead ' || n, n, n, NULL, NULL FROM ${numbers}`);
    await database.query(
      `INSERT INTO ${schema}.jobs (queue, lane, kind, payload, enqueued_at, first_failed_at)
       SELECT 'q', 'lead ' || n, 'k', '1', n, CASE WHEN n = 1 THEN 1 END FROM ${numbers}`,
    );
  };
  const ask = (): Promise<QueueStats[]> => storage.stats();

  await insert(1, MANY);
  expect(await Promise.all([ask(), ask()])).toEqual([[WAITING], [WAITING]]);
  await insert(MANY + 1, MANY + 10);
  expect(await ask()).toEqual([WAITING]);
  // Another node, or a maintainer's command, counts for itself.
  const other = await openStorage(spec, { clock: systemClock });
  opened.push(other);
  expect(await other.stats()).toEqual([{ ...WAITING, lanes: MANY + 10, jobs: MANY + 10 }]);

  await database.query(`DELETE FROM ${schema}.jobs WHERE enqueued_at > 3`);
  await database.query(`DELETE FROM ${schema}.lanes WHERE ready_at > 3`);
  expect(await ask()).toEqual([{ ...WAITING, lanes: 3, jobs: 3 }]);
  await storage.transaction((tx) => tx.enqueue([{ queue: 'q', lane: 'lead 3', kind: 'k', payload: 1 }]));
  expect(await ask()).toEqual([{ ...WAITING, lanes: 3, jobs: 4 }]);
});
