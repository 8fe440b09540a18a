import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'arrays for ever',
  code: `const a = [];
for (;;) a.push(new Array(1000).fill(1.5));`,
  ends: ['script_memory'],
};
