import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'joining 2^28 empty places',
  code: 'return Array(2 ** 28).join("x").length;',
  ends: ['script_timeout', 'script_memory', 'script_error', 'ok'],
};
