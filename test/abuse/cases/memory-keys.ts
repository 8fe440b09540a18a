import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an object with endless keys',
  code: `const o = {};
for (let i = 0; ; i += 1) o["key" + i] = i;`,
  ends: ['script_memory', 'script_timeout'],
};
