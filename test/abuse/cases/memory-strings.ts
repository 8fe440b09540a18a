import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'texts for ever',
  code: `const a = [];
for (let i = 0; ; i += 1) a.push(("x" + i).repeat(1000).split("").join("-"));`,
  ends: ['script_memory', 'script_timeout'],
};
