import * as fc from 'fast-check';

/** How many times more than in `npm test`: `FUZZ_TIMES=100 npx vitest run test/integration/fuzz` for a long run by hand. */
const FUZZ_TIMES = Number(process.env['FUZZ_TIMES'] ?? '1');

/** So many runs in `npm test`; a failure prints its seed and the smallest case found. */
export function runs(inTest: number): { readonly numRuns: number; readonly endOnFailure: boolean } {
  return { numRuns: Math.ceil(inTest * FUZZ_TIMES), endOnFailure: FUZZ_TIMES === 1 };
}

/** For a test's own time-out, ms. */
export const FUZZ_TIMEOUT_MS = 60_000 * Math.max(1, FUZZ_TIMES);

/** Any UTF-16 units: NUL, lone surrogates, markup, line ends, `__proto__`. */
export const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 20 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '\u0000',
    '\ud83d',
    '\r\nx: y',
    '<script>',
    '%00',
    '{{ $x }}',
    '../..',
    '',
  ),
);

/** Any JSON, keys that poison included. */
export const nastyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53),
    nastyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(nastyText, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** A value with one part, at any depth, replaced or taken away: near to right, which is where checks are forgotten. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  return fc.tuple(fc.nat(1_000), fc.option(nastyJson, { nil: undefined, freq: 4 })).map(([place, part]) => {
    const copy = structuredClone(value);
    const places = placesIn(copy);
    const chosen = places[place % Math.max(1, places.length)];
    if (chosen === undefined) return part;
    if (part === undefined) Reflect.deleteProperty(chosen.holder, chosen.key);
    else
      Object.defineProperty(chosen.holder, chosen.key, {
        value: part,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return copy;
  });
}

function placesIn(value: unknown): Array<{ readonly holder: object; readonly key: string }> {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [{ holder: value, key }, ...placesIn(part)]);
}
