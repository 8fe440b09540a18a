import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a class of errors whose `name` never answers',
  code: `class E extends Error { get name() { for (;;); } }
throw new E("x");`,
  ends: ['script_timeout'],
};
