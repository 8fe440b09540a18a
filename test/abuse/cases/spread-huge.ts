import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'millions of arguments',
  code: 'return Math.max(...new Array(1e8).fill(1));',
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
