import { startPostgres } from '../../support/postgres.ts';
import { type Child, startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { processTree } from '../process-tree.ts';
import { ratio, type Section, type SectionOptions } from '../section.ts';
import type { Received } from './livetex-process.ts';

const LEADS = 1_000;
/** Of each round. */
const MESSAGES = 10_000;
const QUICK_MESSAGES = 500;
/** PostgreSQL is an order of magnitude slower on one machine: a part is enough to see by how much. */
const POSTGRES_SHARE = 2.5;

const CONTENDERS = [
  { name: 'undici alone', storage: 'undici' },
  { name: 'the least that is durable', storage: 'least' },
  { name: 'ours on SQLite', storage: 'sqlite' },
  { name: 'ours in memory', storage: 'memory:' },
] as const;

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
      const results = await measureInTurns(livetex, messages, { quick, progress });
      const postgres = await startPostgres().catch((error: unknown) => {
        progress(`   no PostgreSQL here: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      });
      if (postgres !== undefined) {
        try {
          progress('   ours on PostgreSQL');
          const sender = await startSender(livetex, postgres.url, messages);
          const count = messages / POSTGRES_SHARE;
          results.push({ name: 'ours on PostgreSQL', ...(await sender.measure(count)) });
          await sender.end();
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
            'Measured in turns, three rounds; of each contender the one with the pace in the middle. PostgreSQL by itself, once.',
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

async function measureInTurns(
  livetex: Child,
  messages: number,
  { quick, progress }: Pick<SectionOptions, 'quick' | 'progress'>,
): Promise<Measured[]> {
  const start = ({ storage }: (typeof CONTENDERS)[number]): Promise<Sender> => startSender(livetex, storage, messages);
  const measured = await withEach(CONTENDERS, start, (sender) =>
    inTurns(
      CONTENDERS,
      async (contender, round) => {
        progress(`   ${contender.name}, round ${round + 1}`);
        return sender(contender).measure(messages);
      },
      { quick },
    ),
  );
  return Array.from(measured, ([{ name }, result]) => ({ name, ...result }));
}

interface Sender {
  measure(count: number): Promise<Omit<Measured, 'name'>>;
  end(): Promise<void>;
}

/** A process that sends, after a warm-up of its first messages. */
async function startSender(livetex: Child, storage: string, messages: number): Promise<Sender> {
  const url = await livetex.ask<string>('url');
  const child = startChild(new URL('sender-process.ts', import.meta.url), [storage, url]);
  let from = 0;
  const send = async (count: number): Promise<{ startedAt: number; acceptedAt: number; lastAt: number }> => {
    await livetex.ask('reset');
    const sent = await child.ask<{ startedAt: number; acceptedAt: number }>({ from, count, leads: LEADS });
    from += count;
    return { ...sent, lastAt: (await livetex.ask<Received>({ until: count })).lastAt };
  };
  await send(Math.min(1_000, messages / 2));
  return {
    async measure(count) {
      const cpuBefore = processTree(child.pid).cpuMs;
      const { startedAt, acceptedAt, lastAt } = await send(count);
      return {
        perSecond: (count * 1_000) / (lastAt - startedAt),
        acceptedPerSecond: (count * 1_000) / (acceptedAt - startedAt),
        cpuMs: (processTree(child.pid).cpuMs - cpuBefore) / count,
      };
    },
    end: () => child.end(),
  };
}
