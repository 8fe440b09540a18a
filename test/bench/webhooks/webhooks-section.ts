import { startChild } from '../child.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section } from '../section.ts';
import { fsyncRate } from './fsync-rate.ts';
import type { Load, LoadResult } from './load-process.ts';

const CONNECTIONS = 64;
const LEADS = 1_000;
/** Length of one measurement, ms, after a warm-up of a third of it. */
const FOR_MS = 5_000;
const QUICK_FOR_MS = 300;

const CONTENDERS = [
  { kind: 'bare', name: 'bare node:http that parses JSON' },
  { kind: 'least', name: 'the least that is durable: one row a webhook, committed together' },
  { kind: 'stores', name: 'ours: stored durably before the 200' },
  { kind: 'works', name: 'ours: the same, and worked off meanwhile' },
] as const;

/** Webhooks acknowledged per second, beside a server that keeps nothing and beside the disk. */
export const webhooksSection: Section = {
  name: 'webhooks',
  async run({ progress, quick }) {
    const forMs = quick ? QUICK_FOR_MS : FOR_MS;
    const flushes = fsyncRate(forMs / 5);
    const results: Array<LoadResult & { name: string; cpuMs: number }> = [];
    for (const { kind, name } of CONTENDERS) {
      progress(`   ${name}`);
      results.push({ name, ...(await measureServer(kind, forMs)) });
    }
    const bare = results[0]?.perSecond ?? Number.NaN;
    return [
      {
        title: `Webhooks, ${CONNECTIONS} connections, ${LEADS} leads, SQLite (durable acknowledgements)`,
        columns: ['', 'answers/s', 'of bare', 'p50 ms', 'p99 ms', 'CPU ms/answer', 'not 200'],
        rows: [
          ...results.map(({ name, perSecond, p50Ms, p99Ms, cpuMs, refused }): [string, ...Array<number | string>] => [
            name,
            perSecond,
            ratio(perSecond, bare),
            p50Ms,
            p99Ms,
            cpuMs,
            refused,
          ]),
          ['the disk: one flush per webhook', flushes, ratio(flushes, bare), 1_000 / flushes, '-', '-', '-'],
        ],
        notes: [
          'Aim: half of the bare server or better. The load comes from another process; the machine has two cores.',
          'The least that is durable checks no key, knows no dialog, keeps no order, and nobody works on what it stored.',
          'Each webhook is an operator\'s text with an id of its own; "worked off" means: into the lead\'s transcript.',
        ],
      },
    ];
  },
};

async function measureServer(kind: string, forMs: number): Promise<LoadResult & { cpuMs: number }> {
  const server = startChild(new URL('server-process.ts', import.meta.url), [kind, String(LEADS)]);
  const load = startChild(new URL('load-process.ts', import.meta.url));
  try {
    const url = await server.ask<string>('url');
    const ask: Load = { url, connections: CONNECTIONS, leads: LEADS, forMs };
    await load.ask<LoadResult>({ ...ask, forMs: forMs / 3 });
    const before = processTree(server.pid).cpuMs;
    const result = await load.ask<LoadResult>(ask);
    const cpuMs = (processTree(server.pid).cpuMs - before) / ((result.perSecond * forMs) / 1_000);
    return { ...result, cpuMs };
  } finally {
    await load.end();
    await server.end();
  }
}
