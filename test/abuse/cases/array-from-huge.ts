import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Array.from` with a length of 2^32',
  code: 'return Array.from({ length: 2 ** 32 - 1 }).length;',
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
