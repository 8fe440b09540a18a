import { type Child, startChild } from '../child.ts';
import type { Received } from '../mirror/livetex-process.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { type MeasuredPostgres, startMeasuredPostgres } from '../measured-postgres.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section, type SectionOptions, type Table } from '../section.ts';
import type { Load, LoadResult } from '../webhooks/load-process.ts';
import type { GrowthQuestion } from './growth-process.ts';

const LEADS = [1_000, 100_000, 1_000_000] as const;
const QUICK_LEADS = [100, 1_000] as const;
/** Webhooks one after the other on few connections: their latency, not the most that can be had. */
const CONNECTIONS = 4;
const WEBHOOKS_MS = 2_000;
const QUICK_WEBHOOKS_MS = 300;
/**
 * Messages of a batch, each of another lead, so that the work is the same whatever the number of leads: where a few leads say
 * it all, several messages of one wait in one lane, which costs less. A batch begins when the one before has arrived.
 */
const MESSAGES = 1_000;
const QUICK_MESSAGES = 100;
const BATCHES = 4;
const CHECKS = 20_000;

interface Grown {
  readonly leads: number;
  readonly checkUs: number;
  readonly webhook: LoadResult;
  readonly messagesPerSecond: number;
  readonly rssMb: number;
}

/** The same work with a thousand, a hundred thousand and a million leads in storage. */
export const growthSection: Section = {
  name: 'growth',
  async run({ progress, quick }) {
    const livetex = startChild(new URL('../mirror/livetex-process.ts', import.meta.url));
    const load = startChild(new URL('../webhooks/load-process.ts', import.meta.url));
    const drivers = { livetex, load, progress, quick };
    let postgres: MeasuredPostgres | undefined;
    try {
      const tables = [await tableOf(undefined, drivers)];
      postgres = await startMeasuredPostgres(progress);
      if (postgres !== undefined) tables.push(await tableOf(postgres, drivers));
      return tables;
    } finally {
      await postgres?.stop();
      await load.end();
      await livetex.end();
    }
  },
};

/** On a server of PostgreSQL, or on SQLite. */
async function tableOf(
  postgres: MeasuredPostgres | undefined,
  { livetex, load, progress, quick }: Omit<Stand, 'server'>,
): Promise<Table> {
  const baseUrl = await livetex.ask<string>('url');
  const sizes: readonly number[] = quick ? QUICK_LEADS : LEADS;
  const start = (leads: number): Child => {
    const where = postgres === undefined ? [] : [postgres.schema(`leads_${leads}`)];
    return startChild(new URL('growth-process.ts', import.meta.url), [String(leads), baseUrl, ...where]);
  };
  const grown = await withEach(sizes, start, (server) =>
    measureGrown(sizes, { livetex, load, server, quick, progress }),
  );
  const [least] = grown;
  return {
    title: `Growth: leads in storage (${postgres === undefined ? 'SQLite' : 'PostgreSQL'}), each with a dialog, a record, a transcript and remembered ids`,
    columns: [
      'leads',
      'check µs',
      'webhook p50 ms',
      'to the least',
      'p99 ms',
      'mirror messages/s',
      'to the least',
      'server MB',
      'to the least',
    ],
    rows: grown.map(({ leads, checkUs, webhook, messagesPerSecond, rssMb }) => [
      leads.toLocaleString('en-US'),
      checkUs,
      webhook.p50Ms,
      ratio(webhook.p50Ms, least?.webhook.p50Ms ?? Number.NaN),
      webhook.p99Ms,
      messagesPerSecond,
      ratio(messagesPerSecond, least?.messagesPerSecond ?? Number.NaN),
      rssMb,
      ratio(rssMb, least?.rssMb ?? Number.NaN),
    ]),
    notes: [
      'Measured in turns, three rounds; of each size the one with the pace in the middle.',
      `Aim: flat within 25 %. Webhooks on ${CONNECTIONS} connections for random leads; the mirror's messages are each another lead's, all over the table.`,
      postgres === undefined
        ? 'Memory is the server process alone; its page cache of SQLite is bounded (32 MiB a connection).'
        : "Memory is the node's process alone. The server has 256 MB of shared buffers.",
    ],
  };
}

interface Stand extends Pick<SectionOptions, 'quick' | 'progress'> {
  readonly livetex: Child;
  readonly load: Child;
  readonly server: (leads: number) => Child;
}

async function measureGrown(sizes: readonly number[], stand: Stand): Promise<Grown[]> {
  const { livetex, load, server, quick, progress } = stand;
  const ask = <Answer>(leads: number, question: GrowthQuestion): Promise<Answer> => server(leads).ask<Answer>(question);
  // All are written before anything is measured.
  for (const leads of sizes) {
    progress(`   ${leads.toLocaleString('en-US')} leads are written`);
    await ask(leads, 'url');
  }
  const forMs = quick ? QUICK_WEBHOOKS_MS : WEBHOOKS_MS;
  const webhooks = await inTurns(
    sizes,
    async (leads, round) => {
      progress(`   webhooks, ${leads} leads, round ${round + 1}`);
      const order: Load = { url: await ask<string>(leads, 'url'), connections: CONNECTIONS, leads, forMs };
      await load.ask<LoadResult>({ ...order, forMs: forMs / 4 });
      const result = await load.ask<LoadResult>(order);
      await ask(leads, 'rest');
      return result;
    },
    { quick },
  );
  const count = quick ? QUICK_MESSAGES : MESSAGES;
  let from = 0;
  const send = async (leads: number): Promise<number> => {
    await livetex.ask('reset');
    const startedAt = await ask<number>(leads, { mirror: { from, count } });
    from += count;
    const { lastAt } = await livetex.ask<Received>({ until: count });
    return lastAt - startedAt;
  };
  const mirror = await inTurns(
    sizes,
    async (leads, round) => {
      progress(`   mirror, ${leads} leads, round ${round + 1}`);
      await send(leads);
      let tookMs = 0;
      for (let batch = 0; batch < BATCHES; batch += 1) tookMs += await send(leads);
      return { perSecond: (BATCHES * count * 1_000) / tookMs };
    },
    { quick },
  );
  const grown: Grown[] = [];
  for (const leads of sizes) {
    const webhook = webhooks.get(leads);
    const messagesPerSecond = mirror.get(leads)?.perSecond;
    if (webhook === undefined || messagesPerSecond === undefined) throw new Error('nothing was measured');
    const checkUs = await ask<number>(leads, { checks: CHECKS });
    const rssMb = processTree(server(leads).pid, { alone: true }).rssMb;
    grown.push({ leads, checkUs, webhook, messagesPerSecond, rssMb });
  }
  return grown;
}
