import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { SCHEMA_VERSION } from '../../../plugin/storage/postgres/schema.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { GONE_AFTER_MS, takeOver } from '../../support/take-over.ts';
import { createTestClock } from '../../support/test-clock.ts';

const database = usePostgres('oldest');
const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/postgres', name), 'utf8');
const SCHEMA_1 = fixture('schema-1.sql');
/** Each version is written on top of the one before. */
const SCHEMA_2 = `${SCHEMA_1}${fixture('schema-2.sql')}`;
const SCHEMA_3 = `${SCHEMA_2}${fixture('schema-3.sql')}`;
const SCHEMA_4 = `${SCHEMA_3}${fixture('schema-4.sql')}`;
const SCHEMAS = [
  [1, SCHEMA_1],
  [2, SCHEMA_2],
  [3, SCHEMA_3],
  [4, SCHEMA_4],
  [5, `${SCHEMA_4}${fixture('schema-5.sql')}`],
] as const;

test('there is a saved state of every version before this one', () => {
  expect(SCHEMAS).toHaveLength(SCHEMA_VERSION - 1);
});

test.each(SCHEMAS)(
  'a schema of version %i is brought to this version, with all that was in it',
  async (version, sql) => {
    const url = database.emptySchema();
    const schema = new URL(url).searchParams.get('schema') ?? '';
    await database.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${sql}`);
    const clock = createTestClock();
    const storage = await createPostgresStorage(url, {
      clock,
      timeSource: 'clock',
      nodeGoneAfterMs: GONE_AFTER_MS,
      owner: 'bot',
    });
    await storage.read(async (tx) => {
      expect(await tx.getRecord('lead', 'старый')).toEqual({ key: 'старый', value: { n: 1 }, version: 3 });
      expect(await tx.readStream('lead:1', { after: 0, limit: 9 })).toMatchObject([{ seq: 2, value: 'kept' }]);
    });
    expect(await storage.listDead({ limit: 9 })).toMatchObject([{ id: 99, payload: 'dead' }]);
    const timers = (await storage.stats()).find(({ queue }) => queue === 'timers')?.timers ?? 0;
    expect(timers).toBe(version === 1 ? 0 : 1);
    const claim = () => storage.claim({ queue: 'q', limit: 9, leaseMs: 60_000 });
    const [free, ...others] = await claim();
    expect(free).toMatchObject({ payload: 'free' });
    expect(others).toEqual([]);
    // From the node that is gone.
    await takeOver(database, url, clock.now());
    expect(await claim()).toMatchObject([{ payload: 'first', attempts: 1, deaths: 1 }]);
    await storage.close();
  },
);
