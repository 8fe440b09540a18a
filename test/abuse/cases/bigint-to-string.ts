import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a huge BigInt as decimal text',
  code: 'return (1n << 60000000n).toString().length;',
  ends: ['script_timeout', 'script_memory', 'script_error', 'ok'],
};
