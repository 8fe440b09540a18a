import { type Child, startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { type MeasuredPostgres, startMeasuredPostgres } from '../measured-postgres.ts';
import { ratio, type Section, type SectionOptions, type Table } from '../section.ts';
import { type Senders, type Sent, startSenders } from './senders.ts';

const LEADS = 1_000;
/** Of each round. */
const MESSAGES = 10_000;
const QUICK_MESSAGES = 500;
const SENDER = new URL('sender-process.ts', import.meta.url);

const ALONE = { name: 'undici alone', storage: 'undici' };
const CONTENDERS: readonly Contender[] = [
  ALONE,
  { name: 'the least that is durable', storage: 'least' },
  { name: 'ours on SQLite', storage: 'sqlite' },
  { name: 'ours in memory', storage: 'memory:' },
];
const NODES: readonly Contender[] = [
  { name: 'ours on PostgreSQL, 1 node', nodes: 1 },
  { name: 'ours on PostgreSQL, 2 nodes', nodes: 2 },
  { name: 'ours on PostgreSQL, 3 nodes', nodes: 3 },
];

/** Without a `storage`: so many nodes on PostgreSQL. */
interface Contender {
  readonly name: string;
  readonly storage?: string;
  readonly nodes?: number;
}

/** Messages per second from accepted to received at LiveTex, beside undici alone sending the same requests. */
export const mirrorSection: Section = {
  name: 'mirror',
  async run(options) {
    const messages = options.quick ? QUICK_MESSAGES : MESSAGES;
    const livetex = startChild(new URL('livetex-process.ts', import.meta.url));
    const postgres = await startMeasuredPostgres(options.progress);
    try {
      const results = await measureInTurns({ livetex, postgres, messages }, options);
      const alone = results.get(ALONE)?.perSecond ?? Number.NaN;
      return [
        {
          title: `Mirror: ${messages.toLocaleString('en-US')} messages of ${LEADS} leads, accepted to received`,
          columns: ['', 'messages/s', 'of undici alone', 'accepted/s', 'CPU ms/message'],
          rows: Array.from(results, ([{ name }, { perSecond, acceptedPerSecond, cpuMs }]) => [
            name,
            perSecond,
            ratio(perSecond, alone),
            acceptedPerSecond,
            cpuMs,
          ]),
          notes: [
            'Measured in turns, three rounds; of each contender the one with the pace in the middle.',
            'Aim: 60 % of undici alone on SQLite. undici alone keeps no order, stores nothing and tries nothing again.',
            'The least that is durable writes one row a message before its request and removes it afterwards, committed together.',
            '"accepted/s": durable when the platform goes on. CPU is that of the sending processes (PostgreSQL\'s own is not in it).',
          ],
        },
        ...serverTable('Mirror', 'message', results),
      ];
    } finally {
      await livetex.end();
      await postgres?.stop();
    }
  },
};

/** What a piece of work costs the server of the contenders that are on PostgreSQL. */
export function serverTable(what: string, piece: string, results: ReadonlyMap<{ name: string }, Sent>): Table[] {
  const rows = Array.from(results, ([{ name }, { server, cpuMs }]): Table['rows'] =>
    server === undefined
      ? []
      : [[name, server.statements, server.writes, Math.round(server.walBytes), server.cpuMs, cpuMs]],
  ).flat();
  if (rows.length === 0) return [];
  return [
    {
      title: `${what} on PostgreSQL: what a ${piece} costs the server`,
      columns: ['', 'statements', 'transactions that write', 'WAL bytes', "server's CPU ms", "nodes' CPU ms"],
      rows,
      notes: [
        'Statements as the nodes send them, BEGIN and COMMIT too; each transaction that writes is a commit on the disk.',
      ],
    },
  ];
}

interface Stand {
  readonly livetex: Child;
  readonly postgres: MeasuredPostgres | undefined;
  readonly messages: number;
}

async function measureInTurns(
  { livetex, postgres, messages }: Stand,
  { quick, progress }: SectionOptions,
): Promise<Map<Contender, Sent>> {
  const contenders = [...CONTENDERS, ...(postgres === undefined ? [] : NODES)];
  const warmUp = Math.min(1_000, messages / 2);
  const start = ({ storage, nodes = 1 }: Contender): Promise<Senders> =>
    startSenders({
      livetex,
      process: SENDER,
      leads: LEADS,
      warmUp,
      nodes,
      ...(storage === undefined ? { storage: postgres?.schema(`mirror_${nodes}`) ?? '', postgres } : { storage }),
    });
  return withEach(contenders, start, (senders) =>
    inTurns(
      contenders,
      async (contender, round) => {
        progress(`   ${contender.name}, round ${round + 1}`);
        return senders(contender).measure(messages);
      },
      { quick },
    ),
  );
}
