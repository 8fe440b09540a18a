import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an answer of a hundred million characters',
  code: 'return "x".repeat(1e8);',
  ends: ['script_result_too_large', 'script_memory'],
};
