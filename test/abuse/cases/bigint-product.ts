import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'products of huge BigInts',
  code: `let a = 3n ** 2000000n;
for (;;) a = (a * a) % (7n ** 1900000n);`,
  ends: ['script_timeout', 'script_memory'],
};
