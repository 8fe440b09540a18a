import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'backtracking over a character class of the `v` flag',
  code: String.raw`return /^(?:[\p{L}--[q]]+)+$/v.test("a".repeat(60) + "!");`,
  ends: ['script_timeout'],
};
