import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a NUL character in the text',
  code: 'return "a\u0000b".length;',
  ends: ['ok'],
  returns: 3,
};
