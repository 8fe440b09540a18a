import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'closures for ever',
  code: `const a = [];
for (;;) { const b = new Array(10_000).fill(0); a.push(() => b); }`,
  ends: ['script_memory'],
};
