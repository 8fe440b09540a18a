import { Client } from 'pg';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { startPostgres } from '../../support/postgres.ts';
import { percentile } from '../measure.ts';
import { ratio, type Section, type Table } from '../section.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const SIZES = [1_000, 1_000_000] as const;
const QUICK_SIZES = [100, 1_000] as const;
/** Calls measured one after the other, after as many that warm up. */
const CALLS = 1_000;
const QUICK_CALLS = 50;
const QUEUE = 'livetex:main';
/** Jobs written by one transaction while SQLite is filled. */
const BATCH = 5_000;
const LEASE_MS = 3_600_000;

interface Result {
  readonly driver: string;
  readonly leads: number;
  readonly enqueue: Latency;
  readonly claim: Latency;
  readonly complete: Latency;
}
interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Enqueue, claim and end a job while a thousand and while a million leads have a job waiting: both drivers. */
export const storageSection: Section = {
  name: 'storage',
  async run({ progress, quick }) {
    const results: Result[] = [];
    const calls = quick ? QUICK_CALLS : CALLS;
    for (const leads of quick ? QUICK_SIZES : SIZES) {
      progress(`   SQLite, ${leads.toLocaleString('en-US')} leads with a job waiting`);
      results.push(await onSqlite(leads, calls));
      progress(`   PostgreSQL, ${leads.toLocaleString('en-US')} leads with a job waiting`);
      results.push(await onPostgres(leads, calls));
    }
    return [tableOf(results)];
  },
};

async function onSqlite(leads: number, calls: number): Promise<Result> {
  const folder = temporaryFolder();
  try {
    const storage = await openStorage(`sqlite:${folder.path}`, { clock: systemClock, transactionDeadlineMs: 60_000 });
    for (let from = 0; from < leads; from += BATCH) {
      const lanes = Array.from({ length: Math.min(BATCH, leads - from) }, (_, n) => jobOf(`lead ${from + n}`));
      await storage.transaction((tx) => tx.enqueue(lanes));
    }
    const result = await measureCalls(storage, leads, calls);
    await storage.close();
    return { driver: 'SQLite', leads, ...result };
  } finally {
    folder.remove();
  }
}

async function onPostgres(leads: number, calls: number): Promise<Result> {
  const server = await startPostgres({ shared_buffers: '256MB', max_wal_size: '4GB' });
  try {
    const url = `${server.url}?schema=bench`;
    const storage = await openStorage(url, { clock: systemClock });
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`INSERT INTO bench.lanes
      SELECT '${QUEUE}', 'lead ' || n, n, n, NULL, NULL FROM generate_series(0, ${leads - 1}) AS n`);
    await client.query(`INSERT INTO bench.jobs (queue, lane, kind, payload, enqueued_at)
      SELECT '${QUEUE}', 'lead ' || n, 'sendText', '{"text":"Здравствуйте!"}', 1 FROM generate_series(0, ${leads - 1}) AS n`);
    await client.query(`SELECT setval('bench.lane_turns', ${leads})`);
    // As autovacuum would have done by then; and without the writing of so much in the background.
    await client.query('VACUUM ANALYZE');
    await client.query('CHECKPOINT');
    await client.end();
    const result = await measureCalls(storage, leads, calls);
    await storage.close();
    return { driver: 'PostgreSQL', leads, ...result };
  } finally {
    await server.stop();
  }
}

function jobOf(lane: string) {
  return { queue: QUEUE, lane, kind: 'sendText', payload: { text: 'Здравствуйте!' } };
}

async function measureCalls(storage: Storage, leads: number, calls: number) {
  const someLane = (): string => `lead ${Math.floor(Math.random() * leads)}`;
  const enqueue = await latency(calls, () => storage.transaction((tx) => tx.enqueue([jobOf(someLane())])));
  const claimed: Awaited<ReturnType<Storage['claim']>> = [];
  const most = Math.min(calls, Math.floor(leads / 3));
  const claim = await latency(most, async () => {
    claimed.push(...(await storage.claim({ queue: QUEUE, limit: 1, leaseMs: LEASE_MS })));
  });
  const complete = await latency(Math.floor(claimed.length / 2), async () => {
    const job = claimed.pop();
    if (job) await storage.transaction((tx) => tx.complete(job));
  });
  return { enqueue, claim, complete };
}

/** Of `calls` one after the other, after as many that are not counted. */
async function latency(calls: number, call: () => Promise<unknown>): Promise<Latency> {
  for (let n = 0; n < calls; n += 1) await call();
  const times: number[] = [];
  for (let n = 0; n < calls; n += 1) {
    const begun = performance.now();
    await call();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return { p50Ms: percentile(times, 50), p99Ms: percentile(times, 99) };
}

function tableOf(results: readonly Result[]): Table {
  const least = (driver: string): Result | undefined => results.find((result) => result.driver === driver);
  const kinds = ['enqueue', 'claim', 'complete'] as const;
  const rows = kinds.flatMap((kind) =>
    results.map((result): [string, ...Array<number | string>] => [
      `${kind}, ${result.driver}`,
      result.leads.toLocaleString('en-US'),
      result[kind].p50Ms,
      ratio(result[kind].p50Ms, least(result.driver)?.[kind].p50Ms ?? Number.NaN),
      result[kind].p99Ms,
    ]),
  );
  return {
    title: 'Lanes: one call after the other while so many leads have a job waiting',
    columns: ['', 'leads', 'p50 ms', 'to the fewest', 'p99 ms'],
    rows: rows.toSorted((a, b) => (a[0] < b[0] ? -1 : Number(a[0] > b[0]))),
    notes: [
      'Aim: flat within 25 % (0.75× to 1.25×). Each commit is on disk when its call returns; a claim of SQLite need not be.',
    ],
  };
}
