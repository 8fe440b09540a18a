import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`includes` over holes',
  code: `const a = [];
a.length = 2 ** 32 - 1;
return a.includes(1);`,
  ends: ['script_timeout', 'ok'],
};
