import { type Child, startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section, type SectionOptions } from '../section.ts';
import { fsyncRate } from './fsync-rate.ts';
import type { Load, LoadResult } from './load-process.ts';

const CONNECTIONS = 64;
const LEADS = 1_000;
/** Length of one measurement, ms, after a warm-up of a third of it. */
const FOR_MS = 2_500;
const QUICK_FOR_MS = 300;

const CONTENDERS = [
  { kind: 'bare', name: 'bare node:http that parses JSON' },
  { kind: 'least', name: 'the least that is durable: one row a webhook, committed together' },
  { kind: 'stores', name: 'ours: decided and stored durably before the 200' },
  { kind: 'works', name: 'ours: the same, and worked off' },
] as const;

/** Webhooks acknowledged and worked off per second, beside the least that is durable, a server that keeps nothing, and the disk. */
export const webhooksSection: Section = {
  name: 'webhooks',
  async run({ progress, quick }) {
    const forMs = quick ? QUICK_FOR_MS : FOR_MS;
    const flushes = fsyncRate(forMs / 5);
    const measured = await measureAll(forMs, { quick, progress });
    const results = CONTENDERS.flatMap(({ kind, name }) => {
      const result = measured.get(kind);
      return result === undefined ? [] : [{ name, ...result }];
    });
    const least = measured.get('least')?.perSecond ?? Number.NaN;
    return [
      {
        title: `Webhooks, ${CONNECTIONS} connections, ${LEADS} leads, SQLite (durable acknowledgements)`,
        columns: ['', 'answers/s', 'worked off/s', 'to the least', 'p50 ms', 'p99 ms', 'CPU ms/event', 'not 200'],
        rows: [
          ...results.map(
            ({ name, perSecond, workedOff, p50Ms, p99Ms, cpuMs, refused }): [string, ...Array<number | string>] => [
              name,
              perSecond,
              workedOff,
              ratio(workedOff, least),
              p50Ms,
              p99Ms,
              cpuMs,
              refused,
            ],
          ),
          ['the disk: one flush per webhook', flushes, flushes, ratio(flushes, least), 1_000 / flushes, '-', '-', '-'],
        ],
        notes: [
          'Measured in turns, three rounds; of each contender the one with the pace in the middle.',
          'Aim: at most 0.18 ms of CPU an event, all of its work included. The load comes from another process; the machine has two cores.',
          'The least that is durable checks no key, knows no dialog, keeps no order, and nobody works on what it stored.',
          'Each webhook is an operator\'s text with an id of its own, decided before its 200. "Worked off": into the lead\'s transcript; its time and CPU count until nothing is left to do.',
        ],
      },
    ];
  },
};

type Kind = (typeof CONTENDERS)[number]['kind'];
type Measured = LoadResult & { readonly workedOff: number; readonly cpuMs: number };

async function measureAll(
  forMs: number,
  { quick, progress }: Pick<SectionOptions, 'quick' | 'progress'>,
): Promise<Map<Kind, Measured>> {
  const load = startChild(new URL('load-process.ts', import.meta.url));
  const kinds = CONTENDERS.map(({ kind }) => kind);
  const start = (kind: Kind): Child => startChild(new URL('server-process.ts', import.meta.url), [kind, String(LEADS)]);
  try {
    return await withEach(kinds, start, (server) =>
      inTurns(
        kinds,
        async (kind, round) => {
          progress(`   ${kind}, round ${round + 1}`);
          return measureServer(server(kind), load, forMs);
        },
        { quick },
      ),
    );
  } finally {
    await load.end();
  }
}

async function measureServer(server: Child, load: Child, forMs: number): Promise<Measured> {
  const url = await server.ask<string>('url');
  const ask: Load = { url, connections: CONNECTIONS, leads: LEADS, forMs };
  await load.ask<LoadResult>({ ...ask, forMs: forMs / 3 });
  await server.ask('rest');
  const before = processTree(server.pid).cpuMs;
  const started = performance.now();
  const result = await load.ask<LoadResult>(ask);
  await server.ask('rest');
  const elapsedMs = performance.now() - started;
  const events = (result.perSecond * forMs) / 1_000;
  const cpuMs = (processTree(server.pid).cpuMs - before) / events;
  return { ...result, workedOff: (events * 1_000) / elapsedMs, cpuMs };
}
