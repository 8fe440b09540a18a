import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a regular expression of ten million characters',
  code: 'return new RegExp("(a|b)*".repeat(2e6)).test("c");',
  ends: ['script_timeout', 'script_error', 'script_memory'],
};
