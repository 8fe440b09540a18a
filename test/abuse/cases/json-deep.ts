import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'JSON nested a million deep',
  code: 'return JSON.parse("[".repeat(1e6) + "]".repeat(1e6)).length;',
  ends: ['script_timeout', 'script_error', 'script_memory', 'ok'],
};
