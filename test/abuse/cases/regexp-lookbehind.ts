import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'backtracking in a look-behind',
  code: String.raw`return /(?<=^(\w+\s?)+)#/.test("a ".repeat(5000));`,
  ends: ['script_timeout', 'ok'],
};
