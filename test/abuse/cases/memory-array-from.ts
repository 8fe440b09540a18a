import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Array.from` with a hundred million objects',
  code: 'return Array.from({ length: 1e8 }, () => ({})).length;',
  ends: ['script_memory', 'script_timeout'],
};
