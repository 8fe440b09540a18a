import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a text that opens a template over our last line',
  code: 'return `',
  ends: ['script_syntax'],
};
