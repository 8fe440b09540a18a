import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { createTestClock } from '../../support/test-clock.ts';

const database = usePostgres('oldest');
const SCHEMA_1 = readFileSync(join(import.meta.dirname, '../../fixtures/postgres/schema-1.sql'), 'utf8');

test('a schema of version 1 is brought to this version, with all that was in it', async () => {
  const url = database.emptySchema();
  const schema = new URL(url).searchParams.get('schema') ?? '';
  await database.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${SCHEMA_1}`);
  const clock = createTestClock();
  const storage = await createPostgresStorage(url, {
    clock,
    timeSource: 'clock',
    nodeGoneAfterMs: 1_000,
    owner: 'bot',
  });
  await storage.read(async (tx) => {
    expect(await tx.getRecord('lead', 'старый')).toEqual({ key: 'старый', value: { n: 1 }, version: 3 });
    expect(await tx.readStream('lead:1', { after: 0, limit: 9 })).toMatchObject([{ seq: 2, value: 'kept' }]);
  });
  expect(await storage.listDead({ limit: 9 })).toMatchObject([{ id: 99, payload: 'dead' }]);
  const claim = () => storage.claim({ queue: 'q', limit: 9, leaseMs: 60_000 });
  const [free, ...others] = await claim();
  expect(free).toMatchObject({ payload: 'free' });
  expect(others).toEqual([]);
  const woken = Promise.withResolvers<string>();
  storage.onWakeUp(woken.resolve);
  await clock.advance(2_000);
  // The next beat of the watch, which was steady for long enough now, takes over from the node that is gone.
  await woken.promise;
  expect(await claim()).toMatchObject([{ payload: 'first', attempts: 1, deaths: 1 }]);
  await storage.close();
});
