import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`eval` of a huge text',
  code: 'return eval("1" + "+1".repeat(4e6));',
  ends: ['script_timeout', 'script_error', 'script_memory', 'ok'],
};
