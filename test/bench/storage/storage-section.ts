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

/** A storage with so many leads that have a job waiting. */
interface Filled {
  readonly leads: number;
  readonly storage: Storage;
}

/** Enqueue, claim and end a job while a thousand and while a million leads have a job waiting: both drivers. */
export const storageSection: Section = {
  name: 'storage',
  async run({ progress, quick }) {
    const calls = quick ? QUICK_CALLS : CALLS;
    const sizes = quick ? QUICK_SIZES : SIZES;
    progress('   SQLite');
    const onSqlite = await withSqlite(sizes, (filled) => measureCalls('SQLite', filled, calls));
    progress('   PostgreSQL');
    const onPostgres = await withPostgres(sizes, (filled) => measureCalls('PostgreSQL', filled, calls));
    return [tableOf([...onSqlite, ...onPostgres])];
  },
};

async function withSqlite<T>(sizes: readonly number[], measure: (filled: readonly Filled[]) => Promise<T>): Promise<T> {
  const folder = temporaryFolder();
  const filled: Filled[] = [];
  try {
    for (const leads of sizes) {
      const spec = `sqlite:${folder.path}/${leads}`;
      const storage = await openStorage(spec, { clock: systemClock, transactionDeadlineMs: 60_000 });
      filled.push({ leads, storage });
      for (let from = 0; from < leads; from += BATCH) {
        const jobs = Array.from({ length: Math.min(BATCH, leads - from) }, (_, n) => jobOf(`lead ${from + n}`));
        await storage.transaction((tx) => tx.enqueue(jobs));
      }
    }
    return await measure(filled);
  } finally {
    for (const { storage } of filled) await storage.close();
    folder.remove();
  }
}

async function withPostgres<T>(
  sizes: readonly number[],
  measure: (filled: readonly Filled[]) => Promise<T>,
): Promise<T> {
  const server = await startPostgres({ shared_buffers: '512MB', max_wal_size: '4GB' });
  const filled: Filled[] = [];
  try {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    for (const leads of sizes) {
      const schema = `leads_${leads}`;
      filled.push({ leads, storage: await openStorage(`${server.url}?schema=${schema}`, { clock: systemClock }) });
      await client.query(`INSERT INTO ${schema}.lanes
        SELECT '${QUEUE}', 'lead ' || n, n, n, NULL, NULL FROM generate_series(0, ${leads - 1}) AS n`);
      await client.query(`INSERT INTO ${schema}.jobs (queue, lane, kind, payload, enqueued_at)
        SELECT '${QUEUE}', 'lead ' || n, 'sendText', '{"text":"Здравствуйте!"}', 1 FROM generate_series(0, ${leads - 1}) AS n`);
      await client.query(`SELECT setval('${schema}.lane_turns', ${leads})`);
    }
    // As autovacuum would have done by then.
    await client.query('VACUUM ANALYZE');
    await client.end();
    return await measure(filled);
  } finally {
    for (const { storage } of filled) await storage.close();
    await server.stop();
  }
}

function jobOf(lane: string) {
  return { queue: QUEUE, lane, kind: 'sendText', payload: { text: 'Здравствуйте!' } };
}

/** All sizes in turns, so that whatever else the machine does hits them alike. */
async function measureCalls(driver: string, filled: readonly Filled[], calls: number): Promise<Result[]> {
  const claimed = filled.map((): Awaited<ReturnType<Storage['claim']>> => []);
  const enqueue = await latencies(filled, calls, ({ storage, leads }) =>
    storage.transaction((tx) => tx.enqueue([jobOf(`lead ${Math.floor(Math.random() * leads)}`)])),
  );
  const most = Math.min(calls, Math.floor((filled[0]?.leads ?? 0) / 3));
  const claim = await latencies(filled, most, async ({ storage }, place) => {
    claimed[place]?.push(...(await storage.claim({ queue: QUEUE, limit: 1, leaseMs: LEASE_MS })));
  });
  const complete = await latencies(filled, Math.floor(most / 2), async ({ storage }, place) => {
    const job = claimed[place]?.pop();
    if (job) await storage.transaction((tx) => tx.complete(job));
  });
  return filled.map(({ leads }, place) => {
    const of = (all: readonly Latency[]): Latency => all[place] ?? { p50Ms: Number.NaN, p99Ms: Number.NaN };
    return { driver, leads, enqueue: of(enqueue), claim: of(claim), complete: of(complete) };
  });
}

/** Of `calls` one after the other in each storage, after as many that are not counted. */
async function latencies(
  filled: readonly Filled[],
  calls: number,
  call: (one: Filled, place: number) => Promise<unknown>,
): Promise<Latency[]> {
  const times = filled.map((): number[] => []);
  for (let n = 0; n < 2 * calls; n += 1) {
    for (const [place, one] of filled.entries()) {
      const begun = performance.now();
      await call(one, place);
      if (n >= calls) times[place]?.push(performance.now() - begun);
    }
  }
  return times.map((own) => {
    own.sort((a, b) => a - b);
    return { p50Ms: percentile(own, 50), p99Ms: percentile(own, 99) };
  });
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
