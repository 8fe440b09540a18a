import { startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { startMeasuredPostgres } from '../measured-postgres.ts';
import { serverTable } from '../mirror/mirror-section.ts';
import { startSenders } from '../mirror/senders.ts';
import { ratio, type Section } from '../section.ts';

const LEADS = 500;
/** Of each round. */
const TURNS = 2_000;
const QUICK_TURNS = 100;
/** The lead's message, and what the bot says to it. */
const REQUESTS = 3;
const PROCESS = new URL('runtime-process.ts', import.meta.url);

const SQLITE = { name: 'SQLite', nodes: 0 };
const CONTENDERS = [
  SQLITE,
  { name: 'PostgreSQL, 1 node', nodes: 1 },
  { name: 'PostgreSQL, 2 nodes', nodes: 2 },
  { name: 'PostgreSQL, 3 nodes', nodes: 3 },
];

/** A lead's turn, from its message to the last answer of the bot at LiveTex. */
export const turnsSection: Section = {
  name: 'turns',
  async run({ progress, quick }) {
    const turns = quick ? QUICK_TURNS : TURNS;
    const leads = quick ? QUICK_TURNS : LEADS;
    const livetex = startChild(new URL('../mirror/livetex-process.ts', import.meta.url));
    const postgres = await startMeasuredPostgres(progress);
    const contenders = postgres === undefined ? [SQLITE] : CONTENDERS;
    try {
      const results = await withEach(
        contenders,
        ({ nodes }) =>
          startSenders({
            livetex,
            process: PROCESS,
            leads,
            requests: REQUESTS,
            // Each lead has begun: what is measured makes no lead.
            warmUp: leads,
            ...(nodes === 0
              ? { storage: 'sqlite' }
              : { storage: postgres?.schema(`turns_${nodes}`) ?? '', nodes, postgres }),
          }),
        (senders) =>
          inTurns(
            contenders,
            async (contender, round) => {
              progress(`   ${contender.name}, round ${round + 1}`);
              return senders(contender).measure(turns);
            },
            { quick },
          ),
      );
      const sqlite = results.get(SQLITE)?.perSecond ?? Number.NaN;
      return [
        {
          title: `Turns: ${turns.toLocaleString('en-US')} of ${leads} leads: a message, two answers of the bot, all three at LiveTex`,
          columns: ['', 'turns/s', 'of SQLite', 'accepted/s', 'CPU ms/turn'],
          rows: Array.from(results, ([{ name }, { perSecond, acceptedPerSecond, cpuMs }]) => [
            name,
            perSecond,
            ratio(perSecond, sqlite),
            acceptedPerSecond,
            cpuMs,
          ]),
          notes: [
            'Measured in turns, three rounds; of each contender the one with the pace in the middle.',
            'The lead takes an item of a menu and gets a text and the menu again: no JavaScript, so that storage is what is seen.',
          ],
        },
        ...serverTable('Turns', 'turn', results),
      ];
    } finally {
      await livetex.end();
      await postgres?.stop();
    }
  },
};
