import { afterEach, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { describeDeaths } from '../../contract/storage/suite-deaths.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { GONE_AFTER_MS, takeOver } from '../../support/take-over.ts';
import { createTestClock } from '../../support/test-clock.ts';

const database = usePostgres();
const opened: Storage[] = [];

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

const job = (lane: string) => ({ queue: 'q', lane, kind: 'k', payload: lane });
const LEASE_MS = 3_600_000;

test('what a node that fell silent had claimed is taken over; what a living one has claimed is not', async () => {
  const url = database.emptySchema();
  const schema = new URL(url).searchParams.get('schema') ?? '';
  const living = await createPostgresStorage(url, { nodeGoneAfterMs: 1_000 });
  const dead = await createPostgresStorage(url, { nodeGoneAfterMs: 1_000 });
  opened.push(living, dead);
  await living.transaction((tx) => tx.enqueue([job('a'), job('b')]));
  const [mine] = await living.claim({ queue: 'q', limit: 1, leaseMs: LEASE_MS });
  const [theirs] = await dead.claim({ queue: 'q', limit: 1, leaseMs: LEASE_MS });
  if (mine === undefined || theirs === undefined) throw new Error('two claims were expected');
  await dead.close();
  // Closing says goodbye. One that was killed leaves its row, with the time at which it was last seen.
  const deadId = theirs.claim.split('/')[0];
  const woken = Promise.withResolvers<string>();
  living.onWakeUp(woken.resolve);
  await database.query(`INSERT INTO ${schema}.nodes (id, seen_at, started_at) VALUES ($1, 0, 0)`, [deadId]);
  expect(await woken.promise).toBe('q');
  const [again, ...others] = await living.claim({ queue: 'q', limit: 10, leaseMs: LEASE_MS });
  expect(others).toEqual([]);
  expect(again).toMatchObject({ lane: theirs.lane, attempts: 1, deaths: 1 });
  // The one that was thought dead comes back: its claim no longer counts.
  await expect(living.transaction((tx) => tx.complete(theirs))).rejects.toMatchObject({ code: 'claim_lost' });
  await living.transaction((tx) => tx.complete(mine));
});

/** The rule is tried for longer on SQLite, where a life costs milliseconds. */
const FEWER_LIVES = 10;

describeDeaths(async () => {
  const clock = createTestClock();
  const url = database.emptySchema('&pool=2');
  const schema = new URL(url).searchParams.get('schema') ?? '';
  const open = (): Promise<Storage> =>
    createPostgresStorage(url, { clock, timeSource: 'clock', nodeGoneAfterMs: GONE_AFTER_MS });
  let storage = await open();
  opened.push(storage);
  return {
    clock,
    storage: () => storage,
    async die() {
      const [node] = await database.query<{ id: string }>(`SELECT id FROM ${schema}.nodes WHERE clears IS NULL`);
      // Closing says goodbye. One that was killed leaves its row.
      await opened.pop()?.close();
      await database.query(`INSERT INTO ${schema}.nodes (id, seen_at, started_at) VALUES ($1, 0, 0)`, [node?.id]);
      opened.push((storage = await open()));
      await takeOver(database, url, clock.now());
    },
  };
}, FEWER_LIVES);
