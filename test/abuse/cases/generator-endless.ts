import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a generator without end, spread',
  code: 'return [...(function* () { for (;;) yield 1; })()].length;',
  ends: ['script_timeout', 'script_memory'],
};
