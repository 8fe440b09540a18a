import { afterEach, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { usePostgres } from '../../support/postgres-database.ts';

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
