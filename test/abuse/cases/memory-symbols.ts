import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'symbols for ever',
  code: `const a = [];
for (let i = 0; ; i += 1) a.push(Symbol("s" + i));`,
  ends: ['script_memory', 'script_timeout'],
};
