import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an answer with a getter that never ends',
  code: 'return { get a() { for (;;); } };',
  ends: ['script_timeout'],
};
