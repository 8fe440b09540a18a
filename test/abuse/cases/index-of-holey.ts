import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`indexOf` over four thousand million holes, which no API stops',
  code: `const a = [];
a.length = 2 ** 32 - 1;
return a.indexOf(1);`,
  ends: ['script_timeout'],
};
