import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { type CutPoint, type PostgresProxy, startPostgresProxy } from '../../support/postgres-proxy.ts';

const database = usePostgres();
let proxy: PostgresProxy;
const opened: Storage[] = [];

beforeAll(async () => {
  proxy = await startPostgresProxy(database.url());
});
afterEach(async () => {
  proxy.accept();
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(() => proxy.close());

/** A storage whose connections pass through the proxy, and its schema's name. */
async function open(more = '', reconnectForMs?: number): Promise<{ storage: Storage; schema: string }> {
  const url = new URL(database.emptySchema(more));
  const schema = url.searchParams.get('schema') ?? '';
  const through = new URL(proxy.url);
  url.port = through.port;
  url.hostname = through.hostname;
  const storage = await createPostgresStorage(url.href, reconnectForMs === undefined ? {} : { reconnectForMs });
  opened.push(storage);
  return { storage, schema };
}

const LEASE_MS = 60_000;
/** Short, for a test that waits for the end of it. */
const SOON_MS = 1_000;
const job = (lane: string, payload: number) => ({ queue: 'q', lane, kind: 'k', payload });

describe('a connection that is cut at a commit', () => {
  test.each<CutPoint>(['before', 'after', 'during'])('%s it: stored exactly once', async (point) => {
    const { storage } = await open();
    const runs = 12;
    for (let n = 0; n < runs; n += 1) {
      proxy.cutCommits(point, 1);
      const seq = await storage.transaction(async (tx) => {
        await tx.enqueue([job('a', n)]);
        return tx.appendStream('s', n, n);
      });
      expect(seq).toBe(n + 1);
    }
    await storage.read(async (tx) => {
      const numbers = Array.from({ length: runs }, (_, n) => n);
      expect((await tx.readStream('s', { after: 0, limit: 100 })).map(({ value }) => value)).toEqual(numbers);
      expect((await tx.listJobs('q', 'a', 100)).map(({ payload }) => payload)).toEqual(numbers);
    });
  });

  test('of many at once: each stored exactly once, and each job ended exactly once', async () => {
    const { storage } = await open();
    const lanes = Array.from({ length: 40 }, (_, n) => `lane ${n}`);
    // They share a commit, so there are few to be cut: the first, and the one of what is done again.
    const points: CutPoint[] = ['before', 'after', 'during'];
    const cutShared = (round: number): void => {
      proxy.cutCommits('before', 1);
      proxy.cutCommits(points[round] ?? 'after', 1);
    };
    for (let round = 0; round < 3; round += 1) {
      cutShared(round);
      await Promise.all(lanes.map((lane) => storage.transaction((tx) => tx.enqueue([job(lane, round)]))));
    }
    const before = proxy.cuts;
    const done: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const claimed = await storage.claim({ queue: 'q', limit: 100, leaseMs: LEASE_MS });
      expect(claimed.map(({ payload }) => payload)).toEqual(lanes.map(() => round));
      cutShared(round);
      await Promise.all(
        claimed.map((one) =>
          storage.transaction(async (tx) => {
            await tx.complete(one);
            await tx.appendStream(one.lane, one.payload, 0);
          }),
        ),
      );
      done.push(...claimed.map(({ lane }) => lane));
    }
    expect(proxy.cuts).toBeGreaterThan(before);
    expect(done).toHaveLength(120);
    expect(await storage.stats()).toEqual([]);
    for (const lane of lanes) {
      const entries = await storage.read((tx) => tx.readStream(lane, { after: 0, limit: 10 }));
      expect(entries.map(({ value }) => value)).toEqual([0, 1, 2]);
    }
  });

  test('and the server stays away: an error that says that the outcome is not known', async () => {
    const { storage } = await open('', SOON_MS);
    await storage.transaction((tx) => tx.appendStream('s', 0, 0));
    proxy.cutCommits('during', 1);
    const failing = storage.transaction(async (tx) => {
      await tx.appendStream('s', 1, 1);
      proxy.refuse();
    });
    await expect(failing).rejects.toMatchObject({
      code: 'storage_outcome_unknown',
      message: expect.stringContaining('went away while committing') as string,
    });
  });
});

describe('a connection that is cut elsewhere', () => {
  test('work goes on with new connections, whatever they were doing', async () => {
    const { storage } = await open();
    let sum = 0;
    const writers = Array.from({ length: 20 }, async (_, n) => {
      for (let round = 0; round < 10; round += 1) {
        if (n === 0) proxy.cutAll();
        await storage.transaction(async (tx) => {
          const record = await tx.getRecord('sum', 'all');
          await tx.putRecord('sum', 'all', Number(record?.value ?? 0) + 1);
        });
        sum += 1;
      }
    });
    await Promise.all(writers);
    expect(await storage.read((tx) => tx.getRecord('sum', 'all'))).toMatchObject({ value: sum, version: sum });
  });

  test('sessions that the server ends, under load, end no process and lose no work', async () => {
    const { storage } = await open();
    const endSessions = (): Promise<unknown> =>
      database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabot24-livetex'`,
      );
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        for (let round = 0; round < 10; round += 1) {
          const ending = n === 0 ? endSessions() : undefined;
          await storage.transaction(async (tx) => {
            await tx.appendStream(`s ${n}`, round, 0);
            await tx.enqueue([job(`lane ${n}`, round)]);
          });
          await ending;
        }
      }),
    );
    expect(await storage.stats()).toMatchObject([{ lanes: 12, jobs: 120 }]);
  });

  test('a claim whose answer was lost is made again, not left to its lease', async () => {
    const { storage } = await open('&pool=1');
    await storage.transaction((tx) => tx.enqueue([job('a', 1), job('b', 2)]));
    const claiming = storage.claim({ queue: 'q', limit: 10, leaseMs: LEASE_MS });
    proxy.cutAll();
    expect((await claiming).map(({ lane }) => lane)).toEqual(['a', 'b']);
  });

  test('a node listens again, and hears what other nodes do', async () => {
    const { storage, schema } = await open();
    const other = await createPostgresStorage(`${database.url()}?schema=${schema}`);
    opened.push(other);
    proxy.cutAll();
    const heard = Promise.withResolvers<string>();
    const ear = { isTold: false };
    storage.onAppend((stream) => {
      ear.isTold = true;
      heard.resolve(stream);
    });
    // Until the connection is back, hints are lost: that is what they may be.
    while (!ear.isTold) await other.transaction((tx) => tx.appendStream('lead', 1, 1));
    expect(await heard.promise).toBe('lead');
  });

  test('a server that cannot be reached for long is an error that names it', async () => {
    const { storage, schema } = await open('', SOON_MS);
    proxy.refuse();
    proxy.cutAll();
    const { host } = new URL(proxy.url);
    await expect(storage.ping()).rejects.toMatchObject({
      code: 'storage_unreachable',
      message: expect.stringContaining(`${host}/postgres, schema ${schema}`) as string,
    });
    proxy.accept();
    await storage.ping();
  });
});
