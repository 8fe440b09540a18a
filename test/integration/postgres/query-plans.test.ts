import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLAIM } from '../../../plugin/storage/postgres/claim.ts';
import { clientConfig } from '../../../plugin/storage/postgres/client-config.ts';
import { INSPECT } from '../../../plugin/storage/postgres/inspection.ts';
import { createPostgresStorage } from '../../../plugin/storage/postgres/postgres-storage.ts';
import { READ } from '../../../plugin/storage/postgres/read-transaction.ts';
import type { Statement } from '../../../plugin/storage/postgres/session.ts';
import { parseTarget } from '../../../plugin/storage/postgres/target.ts';
import { WRITE } from '../../../plugin/storage/postgres/write-statements.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

/**
 * What the server really does for each hot statement, nested ones included (auto_explain), with many leads: rows that were
 * looked at, not costs. `PLAN_ROWS=1000000` does the same for a million; the benchmark shows times.
 */
const ROWS = Number(process.env['PLAN_ROWS'] ?? 50_000);
/** More than any batch needs, far less than a table holds. */
const MOST_ROWS_READ = 2_500;
const QUEUE = 'livetex:main';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

let server: PostgresServer;
let client: Client;
const plans: PlanNode[] = [];

beforeAll(async () => {
  server = await startPostgres({ fsync: 'off', autovacuum: 'off', shared_buffers: '256MB', max_wal_size: '2GB' });
  const spec = `${server.url}?schema=large`;
  await (await createPostgresStorage(spec)).close();
  client = new Client({ ...clientConfig(parseTarget(spec)), pipeline: false });
  await client.connect();
  client.on('notice', ({ message = '' }) => {
    const text = message.slice(message.indexOf('{'));
    if (message.startsWith('duration:')) plans.push((JSON.parse(text) as { Plan: PlanNode }).Plan);
  });
  await client.query('SET statement_timeout = 0');
  const far = 4_102_444_800_000;
  for (const text of [
    // Half of the lanes are due, the others wait for a retry; two more queues are as full.
    `INSERT INTO lanes SELECT q, 'support:telegram:' || n, CASE WHEN n % 2 = 0 THEN n ELSE ${far} + n END, n, NULL, NULL
       FROM generate_series(1, ${ROWS}) AS n, unnest(ARRAY['${QUEUE}', 'other', 'third']) AS q WHERE q = '${QUEUE}' OR n <= ${ROWS} / 4`,
    `INSERT INTO jobs (queue, lane, kind, payload, enqueued_at, attempts, first_failed_at)
       SELECT queue, lane, 'sendText', '{"text":"привет"}', 1, 0, CASE WHEN ready_at > ${far} THEN ready_at END FROM lanes`,
    `INSERT INTO records SELECT 'leads', 'support:telegram:' || n, '{"name":"Иван"}', 1 FROM generate_series(1, ${ROWS}) AS n`,
    `INSERT INTO records SELECT 'leads', 'tail:telegram:' || n, '{"name":"Иван"}', 1 FROM generate_series(1, ${ROWS} / 4) AS n`,
    `INSERT INTO streams SELECT 'transcript:' || n, 2 FROM generate_series(1, ${ROWS} / 2) AS n`,
    `INSERT INTO stream_entries SELECT 'transcript:' || n, s, '{"text":"привет"}', n FROM generate_series(1, ${ROWS} / 2) AS n, generate_series(1, 2) AS s`,
    `INSERT INTO remembered SELECT 'scope', n, 'true', n FROM generate_series(1, ${ROWS}) AS n`,
    `INSERT INTO timers SELECT '${QUEUE}', n, CASE WHEN n <= 1000 THEN n ELSE ${far} + n END, n, 'timer lane ' || n, 'k', '1' FROM generate_series(1, ${ROWS}) AS n`,
    `INSERT INTO dead_jobs SELECT -n, '${QUEUE}', 'l', 'k', '1', 1, 1, 1, 'x', n FROM generate_series(1, ${ROWS}) AS n`,
    `SELECT setval('lane_turns', ${ROWS})`,
  ]) {
    await client.query(text);
  }
  // As after a burst: the statistics are those of the empty tables. With fresh ones the same plans must come.
  await client.query(`LOAD 'auto_explain'`);
  for (const [name, value] of Object.entries({
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_nested_statements': 'on',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_format': 'json',
    client_min_messages: 'log',
  })) {
    await client.query(`SET ${name} = '${value}'`);
  }
}, 300_000);

afterAll(async () => {
  await client.end();
  await server.stop();
});

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Runs the statement, undoes it, and returns every read of a table that happened in it. */
async function readsOf(statement: Statement, values: readonly unknown[]): Promise<PlanNode[]> {
  await client.query('BEGIN');
  plans.length = 0;
  await client.query({ ...statement, values: [...values] });
  const reads = plans.flatMap(nodesOf).filter((node) => node['Node Type'].endsWith(' Scan') && node['Relation Name']);
  await client.query('ROLLBACK');
  return reads;
}

const LANE = 'support:telegram:1000';
const statements: ReadonlyArray<readonly [Statement, readonly unknown[]]> = [
  [CLAIM.take, [null, QUEUE, 64, 60_000, null, 'node/token', false]],
  [CLAIM.take, [null, QUEUE, 64, 60_000, 8, 'node/token', true]],
  [CLAIM.extend, [null, [QUEUE], [LANE], ['no such claim'], 60_000]],
  [CLAIM.nextWorkAt, [null, QUEUE]],
  [READ.getRecord, ['leads', LANE]],
  [READ.listRecords, ['leads', LANE, '', 100]],
  [READ.listRecordsBefore, ['leads', 'support:telegram:9', 'support:', 100, 'support;']],
  [READ.readStream, ['transcript:1000', 0, 100]],
  [READ.lastSeq, ['transcript:1000']],
  [READ.listJobs, [QUEUE, LANE, 1]],
  [READ.getGate, [QUEUE]],
  [WRITE.getRecord, ['leads', LANE]],
  [WRITE.putRecord, ['leads', LANE, '1']],
  [WRITE.insertRecord, ['leads', 'new', '1']],
  [WRITE.updateRecord, ['leads', LANE, '1', 1]],
  [WRITE.deleteRecord, ['leads', LANE]],
  [WRITE.appendStream, ['transcript:1000', '1', 1]],
  [WRITE.remember, [null, 'scope', '1000', '1']],
  [WRITE.remembered, ['scope', '1000']],
  [WRITE.enqueue, [null, [QUEUE, QUEUE], [LANE, 'a new lane'], ['k', 'k'], ['1', '1']]],
  [WRITE.schedule, [QUEUE, '1000', 1, LANE, 'k', '1']],
  [WRITE.unschedule, [QUEUE, '1000']],
  [WRITE.takeDead, [-1_000]],
  [WRITE.dropJob, [null, 1_000]],
  [INSPECT.dead, [QUEUE, -5_000, 100]],
  [INSPECT.stuck, [100]],
  [INSPECT.pruneRemembered, [10_000, 1]],
  [INSPECT.pruneStreams, [10_000, 1]],
  [INSPECT.pruneDead, [10_000, 1]],
];

/** What a statement does that it should not: empty for a good one. */
function faultsOf(name: string, reads: readonly PlanNode[]): string[] {
  return reads.flatMap((node) => {
    const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    const where = `${name}: ${node['Node Type']} on ${node['Relation Name']}`;
    if (node['Node Type'] === 'Seq Scan') return [where];
    return rows > MOST_ROWS_READ ? [`${where}, ${rows} rows`] : [];
  });
}

async function allFaults(): Promise<string[]> {
  const faults: string[] = [];
  for (const [statement, values] of statements) {
    faults.push(...faultsOf(statement.name ?? '', await readsOf(statement, values)));
  }
  return faults;
}

test(`each hot statement reads by an index, and few rows, of ${ROWS} leads: without and with statistics`, async () => {
  expect(await allFaults()).toEqual([]);
  await client.query('ANALYZE');
  expect(await allFaults()).toEqual([]);
});

test('ending a job reads its lane, and nothing else', async () => {
  await client.query('BEGIN');
  const { rows } = await client.query<Record<string, unknown>>({
    ...CLAIM.take,
    values: [null, QUEUE, 5, 60_000, null, 'node/mine', false],
  });
  const jobs = rows.map((row) => [null, row['queue'], row['lane'], row['claim'], row['id']]);
  expect(jobs).toHaveLength(5);
  await client.query('COMMIT');
  const [first = [], second = [], third = []] = jobs;
  for (const [statement, values] of [
    [WRITE.completeJob, first],
    [WRITE.completeJobs, [null, ...[1, 2, 3, 4].map((column) => jobs.map((job) => job[column]))]],
    [WRITE.buryJob, [...second, 'error']],
    [WRITE.returnJob, [...third, 1, 'error']],
  ] as const) {
    const reads = await readsOf(statement, values);
    expect(reads.length).toBeGreaterThan(1);
    expect(faultsOf(statement.name, reads)).toEqual([]);
  }
});
