/** Odd, so that there is one in the middle. */
const ROUNDS = 3;

/**
 * Measures contenders in turns, round after round: a machine whose speed shifts shifts it for all of them. Of each the
 * round with the pace in the middle.
 */
export async function inTurns<Contender, Result extends { readonly perSecond: number }>(
  contenders: readonly Contender[],
  measureOne: (contender: Contender, round: number) => Promise<Result>,
  options: { readonly quick: boolean },
): Promise<Map<Contender, Result>> {
  const measured = new Map<Contender, Result[]>(contenders.map((contender) => [contender, []]));
  const rounds = options.quick ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) measured.get(contender)?.push(await measureOne(contender, round));
  }
  return new Map(Array.from(measured, ([contender, results]) => [contender, middleOf(results)]));
}

function middleOf<Result extends { readonly perSecond: number }>(results: readonly Result[]): Result {
  const middle = results.toSorted((one, other) => one.perSecond - other.perSecond)[Math.floor(results.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

/** Starts something for each contender, such as a process; whatever becomes of the work, all that was started ends. */
export async function withEach<Contender, Started extends { end(): Promise<void> }, Result>(
  contenders: readonly Contender[],
  start: (contender: Contender) => Started | Promise<Started>,
  work: (of: (contender: Contender) => Started) => Promise<Result>,
): Promise<Result> {
  const started = new Map<Contender, Started>();
  try {
    for (const contender of contenders) started.set(contender, await start(contender));
    return await work((contender) => {
      const found = started.get(contender);
      if (found === undefined) throw new Error(`${String(contender)} was not started`);
      return found;
    });
  } finally {
    for (const one of started.values()) await one.end();
  }
}
