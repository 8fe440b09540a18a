import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a circular answer',
  code: `const o = {};
o.o = o;
return o;`,
  ends: ['script_error'],
  says: /circular/,
};
