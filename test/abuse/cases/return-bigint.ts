import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a BigInt as the answer',
  code: 'return 1n;',
  ends: ['script_error'],
  says: /BigInt/,
};
