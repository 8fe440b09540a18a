import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a symbol, which has no text',
  code: 'throw Symbol("s");',
  ends: ['script_error'],
  says: /Symbol/,
};
