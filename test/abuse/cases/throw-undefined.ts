import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`undefined`',
  code: 'throw undefined;',
  ends: ['script_error'],
  says: /undefined/,
};
