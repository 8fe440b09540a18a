import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'sorting with a comparator that never agrees',
  code: `const a = new Uint8Array(1e6);
for (;;) a.sort(() => Math.random() - 0.5);`,
  ends: ['script_timeout'],
};
