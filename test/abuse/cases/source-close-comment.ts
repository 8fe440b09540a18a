import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a text that opens a comment over our last line',
  code: 'return 1; /*',
  ends: ['script_syntax'],
};
