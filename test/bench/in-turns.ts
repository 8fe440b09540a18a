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
