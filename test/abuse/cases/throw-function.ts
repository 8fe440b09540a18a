import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a function with a hostile `toString`',
  code: `const f = () => 1;
f.toString = () => { for (;;); };
throw f;`,
  ends: ['script_error'],
};
