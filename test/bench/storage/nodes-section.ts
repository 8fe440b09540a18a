import { startPostgres } from '../../support/postgres.ts';
import { startChild } from '../child.ts';
import { ratio, type Section } from '../section.ts';
import type { Contender, NodeQuestion } from './node-process.ts';
import { type Began, orderViolations } from './order-violations.ts';

const KEYS = 1_000;
const PER_KEY = 10;
const QUICK_KEYS = 50;
const QUICK_PER_KEY = 3;

const RUNS: ReadonlyArray<{ readonly contender: Contender; readonly nodes: number }> = [
  { contender: 'ours', nodes: 1 },
  { contender: 'ours', nodes: 2 },
  { contender: 'ours', nodes: 3 },
  { contender: 'pg-boss, own fetch loop', nodes: 1 },
  { contender: 'pg-boss, own fetch loop', nodes: 2 },
  { contender: 'pg-boss, own fetch loop', nodes: 3 },
  { contender: 'pg-boss, its worker', nodes: 1 },
];

interface Result {
  readonly contender: Contender;
  readonly nodes: number;
  readonly enqueuedPerSecond: number;
  readonly donePerSecond: number;
  readonly violations: number;
  readonly done: number;
}

/** Jobs in order per key, worked off by 1, 2 and 3 nodes on one PostgreSQL: ours beside pg-boss on the same server. */
export const nodesSection: Section = {
  name: 'nodes',
  async run({ progress, quick }) {
    const keys = quick ? QUICK_KEYS : KEYS;
    const perKey = quick ? QUICK_PER_KEY : PER_KEY;
    const server = await startPostgres({ shared_buffers: '256MB', max_connections: '150' });
    try {
      const results: Result[] = [];
      for (const { contender, nodes } of RUNS) {
        progress(`   ${contender}, ${nodes === 1 ? '1 node' : `${nodes} nodes`}`);
        results.push(await runNodes(server.url, contender, nodes, keys, perKey));
      }
      const rival = (nodes: number): number =>
        results.find((one) => one.contender === 'pg-boss, own fetch loop' && one.nodes === nodes)?.donePerSecond ??
        Number.NaN;
      return [
        {
          title: `Jobs in order per key: ${keys} keys × ${perKey} jobs on one PostgreSQL (fsync on), 64 at a time per node`,
          columns: ['', 'nodes', 'done/s', 'of pg-boss', 'out of order', 'enqueued/s', 'done'],
          rows: results.map(({ contender, nodes, donePerSecond, violations, enqueuedPerSecond, done }) => [
            contender,
            nodes,
            donePerSecond,
            ratio(donePerSecond, rival(nodes)),
            violations,
            enqueuedPerSecond,
            done,
          ]),
          notes: [
            'pg-boss with the policy key_strict_fifo. Handlers do nothing and none fails: there, a failed job would block its key until somebody deletes it.',
            'Both end jobs many at a time: pg-boss a whole batch that it fetched, ours what ends at about the same time, each job its own.',
            'A run is over when nothing has come for 3 s: fewer done than there are means that the others came to a stop for longer.',
            'Each job is enqueued in a transaction of its own, ten at a time. Server and nodes share two cores.',
          ],
        },
      ];
    } finally {
      await server.stop();
    }
  },
};

let runs = 0;

async function runNodes(
  url: string,
  contender: Contender,
  nodes: number,
  keys: number,
  perKey: number,
): Promise<Result> {
  runs += 1;
  const base: Omit<NodeQuestion, 'do'> = { url: await databaseFor(url, contender), contender, keys, perKey };
  const children = Array.from({ length: nodes }, () => startChild(new URL('node-process.ts', import.meta.url)));
  try {
    for (const child of children) await child.ask({ ...base, do: 'open' });
    const enqueueMs = await children[0]?.ask<number>({ ...base, do: 'enqueue' });
    const began = (await Promise.all(children.map((child) => child.ask<Began[]>({ ...base, do: 'work' })))).flat();
    const times = began.map(([, , at]) => at);
    const elapsedMs = times.reduce((a, b) => Math.max(a, b), 0) - times.reduce((a, b) => Math.min(a, b), Infinity);
    return {
      contender,
      nodes,
      enqueuedPerSecond: (keys * perKey * 1_000) / (enqueueMs ?? Number.NaN),
      donePerSecond: (began.length * 1_000) / elapsedMs,
      violations: orderViolations(began),
      done: began.length,
    };
  } finally {
    for (const child of children) await child.end();
  }
}

/** A database of its own for each run, so that none meets what another one left. */
async function databaseFor(url: string, contender: Contender): Promise<string> {
  const { Client } = await import('pg');
  const name = `run_${runs}_${contender.replaceAll(/\W+/g, '_')}`.toLowerCase();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE "${name}"`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}
