import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an answer with a `toJSON` that never ends',
  code: 'return { toJSON() { for (;;); } };',
  ends: ['script_timeout'],
};
