import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an answer with a getter that throws undefined',
  code: 'return { get a() { throw undefined; } };',
  ends: ['script_error'],
};
