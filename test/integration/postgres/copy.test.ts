import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { INBOX } from '../../../plugin/inbound/drain-inbox.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { checkStorage } from '../../../plugin/storage/transfer/check-storage.ts';
import { copyToPostgres } from '../../../plugin/storage/transfer/copy-to-postgres.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { usePostgres } from '../../support/postgres-database.ts';
import { stand } from '../../support/standing-plugin.ts';
import { newestSeq } from '../../support/newest-seq.ts';

const database = usePostgres();
const folders: string[] = [];
const opened: Storage[] = [];

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function open(spec: string): Promise<Storage> {
  const storage = await openStorage(spec, { clock: systemClock });
  opened.push(storage);
  return storage;
}

const job = (lane: string, payload: number) => ({ queue: 'q', lane, kind: 'k', payload });
const LANES = 300;

/** A folder with some of everything, claims and a stopped retry among it. */
async function folderWithData(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'livetex-copy-'));
  folders.push(folder);
  const storage = await openStorage(`sqlite:${folder}`, { clock: systemClock });
  const now = Date.now();
  await storage.transaction(async (tx) => {
    for (let n = 0; n < 5_000; n += 1) await tx.putRecord('leads', `lead ${n}`, { n, text: 'я \0 \ud83d 👩‍👩‍👧' });
    for (let n = 0; n < 2_500; n += 1) await tx.appendStream(`s ${n % 7}`, n, now);
    for (let n = 0; n < 2_100; n += 1) await tx.remember('scope', `${n}`, n);
    for (let n = 0; n < LANES * 4; n += 1) await tx.enqueue([job(`lane ${n % LANES}`, n)]);
    await tx.schedule({ id: 'later', at: now + 3_600_000, job: job('lane 1', -1) });
    await tx.setPause('other', { until: now + 3_600_000, reason: 'livetex_token_refused' });
  });
  const [dead, retried, claimed] = await storage.claim({ queue: 'q', limit: 3, leaseMs: 3_600_000 });
  if (!dead || !retried || !claimed) throw new Error('three claims were expected');
  await storage.transaction(async (tx) => {
    await tx.deadLetter(dead, 'given up \0');
    await tx.retry(retried, { notBefore: now + 3_600_000, error: 'busy' });
    await tx.putRecord('leads', 'lead 1', 'newer');
    await tx.schedule({ id: 'soon', at: now - 1, job: job('lane 2', -2) });
  });
  await storage.close();
  return folder;
}

/** What a storage holds, whoever keeps it. */
async function contents(storage: Storage) {
  const jobs: unknown[] = [];
  const streams: unknown[] = [];
  const records = await storage.read(async (tx) => {
    for (let lane = 0; lane < LANES; lane += 1) jobs.push(await tx.listJobs('q', `lane ${lane}`, 100));
    for (let n = 0; n < 7; n += 1) {
      streams.push(await newestSeq(tx, `s ${n}`), await tx.readStream(`s ${n}`, { after: 0, limit: 10_000 }));
    }
    return tx.listRecords('leads', { limit: 10_000 });
  });
  return { records, jobs, streams, dead: await storage.listDead({ limit: 10 }), stats: await storage.stats() };
}

const pauseIn = (storage: Storage) => storage.read((tx) => tx.getPause('other'));

describe('copying a SQLite folder into PostgreSQL', () => {
  test('webhooks that an older version acknowledged and did not take are taken there, once, by whichever node starts first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'livetex-copy-'));
    folders.push(folder);
    cpSync(join(import.meta.dirname, '../../fixtures/inbox/sqlite-v2'), folder, { recursive: true });

    const spec = database.emptySchema();
    expect(await copyToPostgres(folder, spec)).toMatchObject({ isComplete: true, rows: { records: 8 } });
    const storages = [await open(spec), await open(spec)];
    const nodes = await Promise.all(storages.map((storage) => stand(storage)));
    expect(await storages[0]?.read((tx) => tx.listRecords(INBOX, { limit: 10 }))).toEqual([]);
    await nodes[0]?.post('new');
    await Promise.all(nodes.map(({ plugin }) => plugin.start()));
    const order = [...Array.from({ length: 43 }, (_, index) => `e${index}`), 'boris', 'new'];
    await expect.poll(() => nodes.flatMap(({ delivered }) => delivered).length).toBe(order.length);
    for (const { plugin } of nodes) await plugin.idle();
    for (const { delivered } of nodes) expect(delivered).toEqual(order.filter((id) => delivered.includes(id)));
    expect(new Set(nodes.flatMap(({ delivered }) => delivered))).toEqual(new Set(order));
    for (const { plugin } of nodes) await plugin.close();
  });

  test('everything arrives as it was, in order, and work goes on there and nowhere else', async () => {
    const folder = await folderWithData();
    const before = await openStorage(`sqlite:${folder}`, { clock: systemClock });
    const expected = await contents(before);
    const pauseBefore = await pauseIn(before);
    await before.close();
    const spec = database.emptySchema();
    const tables = new Set<string>();
    const report = await copyToPostgres(folder, spec, { onProgress: ({ table }) => tables.add(table) });
    expect(report).toMatchObject({ isComplete: true, rows: { records: 5_000, jobs: LANES * 4 - 1, timers: 2 } });
    expect([...tables]).toEqual(Object.keys(report.rows));

    const storage = await open(spec);
    const found = await contents(storage);
    const strip = (error: string | null) => error?.replace('\0', '\uFFFD') ?? null;
    // A server of its own has a clock of its own: a pause is what is left of it.
    const [pause, was] = [await pauseIn(storage), pauseBefore];
    expect(pause?.reason).toBe(was?.reason);
    expect(Math.abs((pause?.until ?? 0) - (was?.until ?? 0))).toBeLessThan(60_000);
    expect(found).toEqual({
      ...expected,
      dead: expected.dead.map((one) => ({ ...one, lastError: strip(one.lastError) })),
    });
    expect(await checkStorage(spec)).toEqual({ findings: [], nodes: 1 });
    // New jobs go behind the old ones, claims of the old process are nobody's, due timers fire, retries wait.
    await storage.transaction((tx) => tx.enqueue([job('lane 5', 9_999)]));
    const claimed = await storage.claim({ queue: 'q', limit: 1_000, leaseMs: 60_000 });
    expect(claimed).toHaveLength(LANES - 1);
    const lane5 = await storage.read((tx) => tx.listJobs('q', 'lane 5', 10));
    expect(lane5.map(({ payload }) => payload)).toEqual([5, 305, 605, 905, 9_999]);
    const lane2 = await storage.read((tx) => tx.listJobs('q', 'lane 2', 10));
    expect(lane2.at(-1)?.payload).toBe(-2);
    expect(await storage.transaction((tx) => tx.remember('scope', '7', 'again'))).toEqual({ value: 7 });
    await expect(openStorage(`sqlite:${folder}`, { clock: systemClock })).rejects.toMatchObject({
      code: 'storage_moved',
    });
  });

  test('an interrupted copy goes on where it was; meanwhile no node opens the schema', async () => {
    const folder = await folderWithData();
    const spec = database.emptySchema();
    /** One run that is stopped after its second batch; true when it got to the end. */
    const someFurther = async (): Promise<boolean> => {
      const stop = new AbortController();
      let batches = 0;
      const report = await copyToPostgres(folder, spec, {
        stop: stop.signal,
        onProgress: () => {
          batches += 1;
          if (batches > 2) stop.abort();
        },
      });
      return report.isComplete;
    };
    expect(await someFurther()).toBe(false);
    await expect(open(spec)).rejects.toMatchObject({ code: 'storage_copy_unfinished' });
    expect((await checkStorage(spec)).findings).toContainEqual({
      problem: 'a copy of a data folder is unfinished',
      count: 1,
    });
    let runs = 1;
    while (!(await someFurther())) runs += 1;
    expect(runs).toBeGreaterThan(3);
    const storage = await open(spec);
    expect((await contents(storage)).records).toHaveLength(5_000);
    expect(await storage.stats()).toMatchObject([
      { queue: 'q', lanes: LANES, jobs: LANES * 4 - 1, dead: 1, timers: 2 },
    ]);
    expect((await checkStorage(spec)).findings).toEqual([]);
  });

  test('a folder that was worked on since, a schema with data, a second copy: refused, nothing changed', async () => {
    const folder = await folderWithData();
    const spec = database.emptySchema();
    const stop = new AbortController();
    await copyToPostgres(folder, spec, { stop: stop.signal, onProgress: ({ copied }) => copied > 0 && stop.abort() });
    const again = await openStorage(`sqlite:${folder}`, { clock: systemClock });
    await again.transaction((tx) => tx.enqueue([job('lane 1', 1)]));
    await expect(copyToPostgres(folder, spec)).rejects.toMatchObject({ code: 'storage_locked' });
    await again.close();
    await expect(copyToPostgres(folder, spec)).rejects.toMatchObject({ code: 'storage_copy_changed' });

    const used = database.emptySchema();
    const storage = await open(used);
    await expect(copyToPostgres(folder, used)).rejects.toMatchObject({
      code: 'storage_not_empty',
      message: expect.stringContaining('a node at work') as string,
    });
    await storage.transaction((tx) => tx.appendStream('s', 1, 1));
    await storage.close();
    await expect(copyToPostgres(folder, used)).rejects.toMatchObject({
      code: 'storage_not_empty',
      message: expect.stringContaining('it has streams') as string,
    });
    await expect(copyToPostgres(join(folder, 'nothing-here'), used)).rejects.toMatchObject({
      code: 'storage_folder_invalid',
    });
  });
});

describe('checking', () => {
  test('finds what breaks a rule, on both drivers', async () => {
    const spec = database.emptySchema();
    const schema = new URL(spec).searchParams.get('schema') ?? '';
    await expect(checkStorage(spec)).rejects.toMatchObject({ code: 'storage_schema_missing' });
    const storage = await open(spec);
    await storage.transaction((tx) => tx.enqueue([job('a', 1), job('b', 2)]));
    expect(await checkStorage(spec)).toEqual({ findings: [], nodes: 1 });
    await database.query(`DELETE FROM ${schema}.lanes WHERE lane = 'a'`);
    await database.query(`DELETE FROM ${schema}.jobs WHERE lane = 'b'`);
    expect((await checkStorage(spec)).findings).toEqual([
      { problem: expect.stringContaining('jobs without a lane') as string, count: 1 },
      { problem: expect.stringContaining('lanes without a job') as string, count: 1 },
    ]);
    const folder = await folderWithData();
    expect(await checkStorage(`sqlite:${folder}`)).toEqual({ findings: [], nodes: null });
  });
});
