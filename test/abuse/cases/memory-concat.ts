import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'arrays doubled for ever',
  code: `let a = [1, 2, 3];
for (;;) a = a.concat(a);`,
  ends: ['script_memory', 'script_error', 'script_timeout'],
};
