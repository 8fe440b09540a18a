import { startPostgres } from '../../support/postgres.ts';
import { type Child, startChild } from '../child.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section } from '../section.ts';
import type { Received } from './livetex-process.ts';

const LEADS = 1_000;
const MESSAGES = 20_000;
const QUICK_MESSAGES = 500;
/** PostgreSQL is an order of magnitude slower on one machine: a fifth is enough to see by how much. */
const POSTGRES_SHARE = 5;

interface Measured {
  readonly name: string;
  readonly perSecond: number;
  readonly acceptedPerSecond: number;
  readonly cpuMs: number;
}

/** Messages per second from accepted to received at LiveTex, beside undici alone sending the same requests. */
export const mirrorSection: Section = {
  name: 'mirror',
  async run({ progress, quick }) {
    const messages = quick ? QUICK_MESSAGES : MESSAGES;
    const livetex = startChild(new URL('livetex-process.ts', import.meta.url));
    try {
      const results: Measured[] = [];
      const add = async (name: string, storage: string, count: number): Promise<void> => {
        progress(`   ${name}`);
        results.push({ name, ...(await measureSender(livetex, storage, count)) });
      };
      await add('undici alone', 'undici', messages);
      await add('the least that is durable', 'least', messages);
      await add('ours on SQLite', 'sqlite', messages);
      await add('ours in memory', 'memory:', messages);
      const postgres = await startPostgres().catch((error: unknown) => {
        progress(`   no PostgreSQL here: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      });
      if (postgres !== undefined) {
        try {
          await add('ours on PostgreSQL', postgres.url, messages / POSTGRES_SHARE);
        } finally {
          await postgres.stop();
        }
      }
      const alone = results[0]?.perSecond ?? Number.NaN;
      return [
        {
          title: `Mirror: ${messages.toLocaleString('en-US')} messages of ${LEADS} leads, accepted to received`,
          columns: ['', 'messages/s', 'of undici alone', 'accepted/s', 'CPU ms/message'],
          rows: results.map(({ name, perSecond, acceptedPerSecond, cpuMs }) => [
            name,
            perSecond,
            ratio(perSecond, alone),
            acceptedPerSecond,
            cpuMs,
          ]),
          notes: [
            'Aim: 60 % of undici alone on SQLite. undici alone keeps no order, stores nothing and tries nothing again.',
            'The least that is durable writes one row a message before its request and removes it afterwards, committed together.',
            '"accepted/s": durable when the platform goes on. CPU is the sending process alone (PostgreSQL\'s own is not in it).',
          ],
        },
      ];
    } finally {
      await livetex.end();
    }
  },
};

async function measureSender(livetex: Child, storage: string, count: number): Promise<Omit<Measured, 'name'>> {
  const url = await livetex.ask<string>('url');
  const sender = startChild(new URL('sender-process.ts', import.meta.url), [storage, url]);
  try {
    const warmUp = Math.min(1_000, count / 2);
    await livetex.ask('reset');
    await sender.ask({ from: 0, count: warmUp, leads: LEADS });
    await livetex.ask<Received>({ until: warmUp });
    await livetex.ask('reset');
    const cpuBefore = processTree(sender.pid).cpuMs;
    const sent = await sender.ask<{ startedAt: number; acceptedAt: number }>({ from: warmUp, count, leads: LEADS });
    const { lastAt } = await livetex.ask<Received>({ until: count });
    const cpuMs = (processTree(sender.pid).cpuMs - cpuBefore) / count;
    return {
      perSecond: (count * 1_000) / (lastAt - sent.startedAt),
      acceptedPerSecond: (count * 1_000) / (sent.acceptedAt - sent.startedAt),
      cpuMs,
    };
  } finally {
    await sender.end();
  }
}
