import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a regular expression that backtracks exponentially',
  code: 'return /^(a+)+$/.test("a".repeat(60) + "!");',
  ends: ['script_timeout'],
};
