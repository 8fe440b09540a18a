import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'BigInts for ever',
  code: `const a = [];
for (let i = 1n; ; i += 1n) a.push(1n << (100000n + i));`,
  ends: ['script_memory', 'script_timeout'],
};
