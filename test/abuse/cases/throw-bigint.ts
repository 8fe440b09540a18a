import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a BigInt',
  code: 'throw 10n;',
  ends: ['script_error'],
};
