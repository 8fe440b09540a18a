import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a replacement of 2^27 characters, which no API stops',
  code: 'return "a".repeat(2 ** 27).replace(/a/g, "bb").length;',
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
