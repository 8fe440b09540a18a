import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a circular object',
  code: `const o = { name: "o" };
o.self = o;
throw o;`,
  ends: ['script_error'],
  says: /circular/,
};
