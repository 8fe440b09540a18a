import { startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import { startSenders } from '../mirror/senders.ts';
import { ratio, type Section } from '../section.ts';

/** Of each round. */
const TRANSFERS = 1_000;
const QUICK_TRANSFERS = 50;
/** Two messages of the lead, one of the bot, and the selection. */
const REQUESTS = 4;
const PROCESS = new URL('transfer-process.ts', import.meta.url);

const MEMORY = { name: 'in memory', storage: 'memory:' };
const CONTENDERS = [MEMORY, { name: 'on SQLite', storage: 'sqlite' }];

/** A transfer with all that belongs to it, for comparisons of one version with another: nothing else can do the same. */
export const transfersSection: Section = {
  name: 'transfers',
  async run({ progress, quick }) {
    const transfers = quick ? QUICK_TRANSFERS : TRANSFERS;
    const livetex = startChild(new URL('../mirror/livetex-process.ts', import.meta.url));
    try {
      const results = await withEach(
        CONTENDERS,
        ({ storage }) =>
          startSenders({
            livetex,
            process: PROCESS,
            storage,
            leads: transfers,
            requests: REQUESTS,
            warmUp: Math.ceil(transfers / 2),
          }),
        (senders) =>
          inTurns(
            CONTENDERS,
            async (contender, round) => {
              progress(`   ${contender.name}, round ${round + 1}`);
              return senders(contender).measure(transfers);
            },
            { quick },
          ),
      );
      const memory = results.get(MEMORY)?.perSecond ?? Number.NaN;
      return [
        {
          title: `Transfers: ${transfers.toLocaleString('en-US')} leads, each from the request to the end`,
          columns: ['', 'transfers/s', 'of memory', 'CPU ms/transfer'],
          rows: Array.from(results, ([{ name }, { perSecond, cpuMs }]) => [
            name,
            perSecond,
            ratio(perSecond, memory),
            cpuMs,
          ]),
          notes: [
            'Measured in turns, three rounds; of each contender the one with the pace in the middle.',
            'Asked for with a message of the lead and one of the bot before it, two answers of the operator, a message between them, closed: four requests to LiveTex, three webhooks.',
          ],
        },
      ];
    } finally {
      await livetex.end();
    }
  },
};
