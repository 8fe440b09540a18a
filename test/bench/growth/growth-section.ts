import { type Child, startChild } from '../child.ts';
import type { Received } from '../mirror/livetex-process.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section } from '../section.ts';
import type { Load, LoadResult } from '../webhooks/load-process.ts';
import type { GrowthQuestion } from './growth-process.ts';

const LEADS = [1_000, 100_000, 1_000_000] as const;
const QUICK_LEADS = [100, 1_000] as const;
/** Webhooks one after the other on few connections: their latency, not the most that can be had. */
const CONNECTIONS = 4;
const WEBHOOKS_MS = 4_000;
const QUICK_WEBHOOKS_MS = 300;
/**
 * Messages of a round, each of another lead, so that the work is the same whatever the number of leads: where a few leads say
 * it all, several messages of one wait in one lane, which costs less. A round begins when the one before has arrived.
 */
const MESSAGES = 1_000;
const QUICK_MESSAGES = 100;
const ROUNDS = 6;
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
    try {
      const grown: Grown[] = [];
      for (const leads of quick ? QUICK_LEADS : LEADS) {
        progress(`   ${leads.toLocaleString('en-US')} leads`);
        grown.push(await measureGrown(livetex, load, leads, quick));
      }
      const [least] = grown;
      return [
        {
          title: 'Growth: leads in storage (SQLite), each with a dialog, a record, a transcript and remembered ids',
          columns: [
            'leads',
            'check µs',
            'webhook p50 ms',
            'to the least',
            'p99 ms',
            'mirror messages/s',
            'to the least',
            'server MB',
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
          ]),
          notes: [
            `Aim: flat within 25 %. Webhooks on ${CONNECTIONS} connections for random leads; the mirror's messages are each another lead's, all over the table.`,
            'Memory is the server process alone; its page cache of SQLite is bounded (32 MiB a connection).',
          ],
        },
      ];
    } finally {
      await load.end();
      await livetex.end();
    }
  },
};

async function measureGrown(livetex: Child, load: Child, leads: number, quick: boolean): Promise<Grown> {
  const baseUrl = await livetex.ask<string>('url');
  const server = startChild(new URL('growth-process.ts', import.meta.url), [String(leads), baseUrl]);
  const ask = <Answer>(question: GrowthQuestion): Promise<Answer> => server.ask<Answer>(question);
  try {
    const url = await ask<string>('url');
    const forMs = quick ? QUICK_WEBHOOKS_MS : WEBHOOKS_MS;
    const order: Load = { url, connections: CONNECTIONS, leads, forMs };
    await load.ask<LoadResult>({ ...order, forMs: forMs / 4 });
    const webhook = await load.ask<LoadResult>(order);

    const count = quick ? QUICK_MESSAGES : MESSAGES;
    let tookMs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await livetex.ask('reset');
      const startedAt = await ask<number>({ mirror: { from: round * count, count } });
      const { lastAt } = await livetex.ask<Received>({ until: count });
      // The first one warms up.
      if (round > 0) tookMs += lastAt - startedAt;
    }
    const checkUs = await ask<number>({ checks: CHECKS });
    return {
      leads,
      checkUs,
      webhook,
      messagesPerSecond: ((ROUNDS - 1) * count * 1_000) / tookMs,
      rssMb: processTree(server.pid).rssMb,
    };
  } finally {
    await server.end();
  }
}
