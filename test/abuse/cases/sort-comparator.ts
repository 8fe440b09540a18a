import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a comparator without end',
  code: 'return [3, 2, 1].sort(() => { for (;;); });',
  ends: ['script_timeout'],
};
