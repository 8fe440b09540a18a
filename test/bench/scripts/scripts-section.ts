import { type Child, startChild } from '../child.ts';
import { inTurns, withEach } from '../in-turns.ts';
import type { Measurement } from '../measure.ts';
import { ratio, type Section, type Table } from '../section.ts';

const CONCURRENCIES = [1, 8, 64] as const;
/** Ours first, then those it is compared with. */
const CONTENDERS = ['ours', 'oursAsking', 'freshIsolate', 'quickJs', 'nodeVm'] as const;
type Contender = (typeof CONTENDERS)[number];
/** Length of one measurement, ms. */
const FOR_MS = 1_500;
const QUICK_FOR_MS = 200;

type Named = Measurement & { readonly name: string };

/** The same 15-line script, run by ours and by what people would use instead. */
export const scriptsSection: Section = {
  name: 'scripts',
  async run({ progress, quick }) {
    const measured = new Map<number, Map<Contender, Named>>();
    const forMs = quick ? QUICK_FOR_MS : FOR_MS;
    for (const concurrency of CONCURRENCIES) {
      // New processes each time: what one of the rivals keeps of its runs ends it after some twenty thousand.
      const start = (contender: Contender): Child =>
        startChild(new URL('rival-process.ts', import.meta.url), [contender]);
      const inThisTurn = withEach(CONTENDERS, start, (child) =>
        inTurns(
          CONTENDERS,
          async (contender, round) => {
            progress(`   ${contender}, concurrency ${concurrency}, round ${round + 1}`);
            return child(contender).ask<Named>({ concurrency, forMs });
          },
          { quick },
        ),
      );
      measured.set(concurrency, await inThisTurn);
    }
    const of = (contender: Contender, concurrency: number): Named => {
      const found = measured.get(concurrency)?.get(contender);
      if (found === undefined) throw new Error(`${contender} was not measured`);
      return found;
    };
    return [...CONCURRENCIES.map((concurrency) => tableOf(concurrency, (one) => of(one, concurrency))), aims(of)];
  },
};

function tableOf(concurrency: number, of: (contender: Contender) => Named): Table {
  const own = of('ours');
  return {
    title: `Scripts, ${concurrency} at a time`,
    columns: ['', 'runs/s', 'ours is', 'p50 ms', 'p99 ms', 'CPU ms/run', 'loop delay p99 ms', 'memory MB'],
    rows: CONTENDERS.map((contender) => {
      const { name, perSecond, p50Ms, p99Ms, cpuMs, loopDelayP99Ms, rssMb } = of(contender);
      return [name, perSecond, ratio(own.perSecond, perSecond), p50Ms, p99Ms, cpuMs, loopDelayP99Ms, rssMb];
    }),
    notes: [],
  };
}

/** The aims of the project's plan beside what this run showed. */
function aims(of: (contender: Contender, concurrency: number) => Named): Table {
  const at8 = of('ours', 8).perSecond;
  const overhead = of('ours', 1).p50Ms - of('nodeVm', 1).p50Ms;
  const loop = of('ours', 64).loopDelayP99Ms;
  return {
    title: 'Scripts, aims',
    columns: ['aim', 'wanted', 'seen'],
    rows: [
      ['against a fresh isolate per run, 8 at a time', '≥ 4×', ratio(at8, of('freshIsolate', 8).perSecond)],
      ['against bare node:vm, 8 at a time', '≥ 1×', ratio(at8, of('nodeVm', 8).perSecond)],
      ['p50 over node:vm, 1 at a time, ms', '< 0.5', overhead],
      ["server's event-loop delay p99, 64 at a time, ms", '< 10', loop],
    ],
    notes: [
      'Measured in turns, three rounds; of each contender the one with the pace in the middle.',
      'Every contender has a process of its own; CPU and memory are those of its whole tree of processes.',
      'node:vm and the fresh isolate stop no hostile script; node:vm cannot wait for the host, so its check is made before the script.',
      "Ours gets the check's answer with the script, as the product has it for 5 s; the second line is ours while nothing is known.",
    ],
  };
}
