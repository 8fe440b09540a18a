import { afterEach, describe, expect, test } from 'vitest';
import type { ClaimedJob, Storage } from '../../../plugin/storage/contract.ts';
import {
  createPostgresStorage,
  type PostgresStorageOptions,
} from '../../../plugin/storage/postgres/postgres-storage.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const database = usePostgres();
const opened: Storage[] = [];

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

/** Several nodes on one new schema. */
async function nodes(
  count: number,
  options: (node: number) => PostgresStorageOptions = () => ({}),
): Promise<Storage[]> {
  const url = database.emptySchema('&pool=4');
  // At once, as they may start: one of them makes the tables.
  const all = await Promise.all(Array.from({ length: count }, (_, node) => createPostgresStorage(url, options(node))));
  opened.push(...all);
  return all;
}

function node(all: readonly Storage[], index: number): Storage {
  const storage = all[index % all.length];
  if (storage === undefined) throw new Error('no such node');
  return storage;
}

const QUEUE = 'q';
const job = (lane: string, payload: number) => ({ queue: QUEUE, lane, kind: 'k', payload });
const claim = (storage: Storage, limit = 100, leaseMs = 60_000, more = {}): Promise<ClaimedJob[]> =>
  storage.claim({ queue: QUEUE, limit, leaseMs, ...more });

describe('several nodes on one schema', () => {
  test('jobs of a lane have their ids in the order of commits, whoever writes', async () => {
    const all = await nodes(3);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        node(all, n)
          .transaction(async (tx) => {
            // Some hold the lane for longer than others.
            await tx.enqueue([job('a', n), job(`other ${n}`, n)]);
            if (n % 3 === 0) for (let more = 0; more < 5; more += 1) await newestSeq(tx, 's');
            return tx.appendStream('commits', n, n);
          })
          .then((seq) => order.splice(seq - 1, 0, n)),
      ),
    );
    const [first] = all;
    if (first === undefined) throw new Error('no node');
    await first.read(async (tx) => {
      const entries = await tx.readStream('commits', { after: 0, limit: 100 });
      const jobs = await tx.listJobs(QUEUE, 'a', 100);
      // The stream's numbers are given under a lock that is held until the commit, so they are the order of commits.
      expect(jobs.map(({ payload }) => payload)).toEqual(entries.map(({ value }) => value));
    });
  });

  test('a job added while the last one of its lane is being completed is neither lost nor hidden', async () => {
    const all = await nodes(2);
    for (let round = 0; round < 40; round += 1) {
      await node(all, 0).transaction((tx) => tx.enqueue([job('a', round)]));
      const [head] = await claim(node(all, 1));
      if (head === undefined) throw new Error('nothing claimed');
      await Promise.all([
        node(all, 0).transaction((tx) => tx.enqueue([job('a', 1_000 + round)])),
        node(all, 1).transaction((tx) => tx.complete(head)),
      ]);
      const [next, ...others] = await claim(node(all, round));
      expect(others).toEqual([]);
      expect(next?.payload).toBe(1_000 + round);
      if (next) await node(all, round).transaction((tx) => tx.complete(next));
    }
    expect(await node(all, 0).stats()).toEqual([]);
  });

  test('a head that was claimed is never one that another node has just completed', async () => {
    const all = await nodes(3);
    const total = 300;
    const jobs = Array.from({ length: total }, (_, n) => job(`lane ${n % 5}`, n));
    await node(all, 0).transaction((tx) => tx.enqueue(jobs));
    const seen: number[] = [];
    await Promise.all(
      all.map(async (storage) => {
        while (seen.length < total) {
          for (const one of await claim(storage, 2)) {
            seen.push(Number(one.payload));
            await storage.transaction((tx) => tx.complete(one));
          }
        }
      }),
    );
    expect(seen).toHaveLength(total);
    for (let lane = 0; lane < 5; lane += 1) {
      const ofLane = seen.filter((n) => n % 5 === lane);
      expect(ofLane).toEqual(ofLane.toSorted((a, b) => a - b));
    }
  });

  test('transactions that lock each other are run again until all are through', async () => {
    const all = await nodes(2);
    let tries = 0;
    const both = (storage: Storage, first: string, second: string) =>
      storage.transaction(async (tx) => {
        tries += 1;
        for (const key of [first, second]) {
          const found = await tx.getRecord('n', key);
          await tx.putRecord('n', key, Number(found?.value ?? 0) + 1);
        }
      });
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all([both(node(all, 0), 'a', 'b'), both(node(all, 1), 'b', 'a')]);
    }
    const values = await node(all, 0).read((tx) => tx.listRecords('n', { limit: 10 }));
    expect(values.map(({ value }) => value)).toEqual([6, 6]);
    expect(tries).toBeGreaterThanOrEqual(6);
  });

  test('two that read a record that is not there write one after the other', async () => {
    const all = await nodes(3);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        node(all, n).transaction(async (tx) => {
          const found = await tx.getRecord('n', 'new');
          await tx.putRecord('n', 'new', Number(found?.value ?? 0) + 1, found?.version ?? 0);
        }),
      ),
    );
    expect(await node(all, 0).read((tx) => tx.getRecord('n', 'new'))).toMatchObject({ value: 30, version: 30 });
  });

  test('leases mean the same on nodes whose clocks disagree', async () => {
    const skews = [0, 10 * 60_000, -10 * 60_000];
    const all = await nodes(3, (index) => ({ clock: { now: () => Date.now() + (skews[index] ?? 0) } }));
    await node(all, 0).transaction((tx) => tx.enqueue([job('a', 1), job('b', 2)]));
    const [held] = await claim(node(all, 1), 1);
    if (held === undefined) throw new Error('nothing claimed');
    // By its own clock, it is ten minutes later at the third node, and twenty at the second.
    expect(held.leaseUntil - (Date.now() + (skews[1] ?? 0))).toBeGreaterThan(50_000);
    const others = [...(await claim(node(all, 2))), ...(await claim(node(all, 0)))];
    expect(others.map(({ lane }) => lane)).toEqual([held.lane === 'a' ? 'b' : 'a']);
    const at = Date.now() + (skews[2] ?? 0) + 30_000;
    await node(all, 2).transaction((tx) => tx.setPause('gated', { until: at, reason: 'x' }));
    // Half a minute from now, in everybody's own time.
    for (const [index, skew] of skews.entries()) {
      const gate = await node(all, index).read((tx) => tx.getPause('gated'));
      expect(Math.abs((gate?.until ?? 0) - (Date.now() + skew) - 30_000)).toBeLessThan(5_000);
    }
  });

  test('due timers are put into their lanes once, in order, whoever moves them', async () => {
    const clock = createTestClock();
    const all = await nodes(3, () => ({ clock, timeSource: 'clock' }));
    const total = 1_100;
    await node(all, 0).transaction(async (tx) => {
      for (let n = 0; n < total; n += 1) {
        await tx.schedule({ id: `${n}`, at: clock.now() + n, job: job('a', n) });
      }
    });
    await clock.advance(total);
    await Promise.all(Array.from({ length: 12 }, (_, n) => claim(node(all, n), 1)));
    const jobs = await node(all, 0).read((tx) => tx.listJobs(QUEUE, 'a', 2_000));
    expect(jobs.map(({ payload }) => payload)).toEqual(Array.from({ length: total }, (_, n) => n));
  });

  test('a bound on claims and a gate hold for all nodes together', async () => {
    const all = await nodes(3);
    await node(all, 0).transaction((tx) => tx.enqueue(Array.from({ length: 50 }, (_, n) => job(`lane ${n}`, n))));
    const claims = await Promise.all(
      Array.from({ length: 9 }, (_, n) => claim(node(all, n), 5, 60_000, { maxClaimed: 8 })),
    );
    expect(claims.flat()).toHaveLength(8);
    await node(all, 1).transaction((tx) => tx.setPause(QUEUE, { until: Date.now() + 60_000, reason: 'busy' }));
    expect((await Promise.all(all.map((storage) => claim(storage)))).flat()).toEqual([]);
    await node(all, 2).transaction((tx) => tx.setPause(QUEUE, { until: Date.now() - 60_000, reason: 'busy' }));
    // Behind a gate whose time is over: nobody beside the eight that are under way.
    expect((await Promise.all(all.map((storage) => claim(storage)))).flat()).toEqual([]);
    for (const one of claims.flat()) await node(all, 0).transaction((tx) => tx.complete(one));
    const probes = (await Promise.all(all.map((storage) => claim(storage)))).flat();
    expect(probes).toMatchObject([{ probe: true }]);
  });

  test('a node hears at once what another one enqueued or appended', async () => {
    const all = await nodes(2);
    const heard = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
    node(all, 1).onWakeUp(heard[0].resolve);
    node(all, 1).onAppend(heard[1].resolve);
    const names = Array.from({ length: 300 }, (_, n) => `${'я'.repeat(100)} ${n}`);
    await node(all, 0).transaction(async (tx) => {
      await tx.enqueue([job('a', 1)]);
      // More names than one notification holds.
      for (const name of names) await tx.appendStream(name, 1, 1);
    });
    expect(await heard[0].promise).toBe(QUEUE);
    expect(names).toContain(await heard[1].promise);
  });

  test('retention is the work of one node at a time', async () => {
    const clock = createTestClock();
    const all = await nodes(3, () => ({ clock, timeSource: 'clock' }));
    await node(all, 0).transaction(async (tx) => {
      for (let n = 0; n < 700; n += 1) await tx.remember('s', `${n}`, n);
    });
    await clock.advance(10);
    let gone = 0;
    for (let round = 0; round < 3; round += 1) {
      const batches = await Promise.all(all.map((storage) => storage.prune({ rememberedMs: 5 })));
      gone += batches.reduce((sum, batch) => sum + batch);
    }
    expect(gone).toBe(700);
  });
});
