import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'snippets that double each other',
  code: "snippet('Business.N9');",
  ends: ['script_argument'],
  says: /longer/,
  run: {
    libraries: Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [
        `Business.N${n}`,
        { file: `n${n}.js`, code: n === 0 ? 'x;'.repeat(100) : `snippet('Business.N${n - 1}');`.repeat(30) },
      ]),
    ),
  },
};
