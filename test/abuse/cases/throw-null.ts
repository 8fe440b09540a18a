import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`null`',
  code: 'throw null;',
  ends: ['script_error'],
  says: /null/,
};
