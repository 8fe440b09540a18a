import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a symbol as the answer',
  code: 'return Symbol("s");',
  ends: ['ok'],
  returns: null,
};
