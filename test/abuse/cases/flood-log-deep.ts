import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a deep and wide object in the log',
  code: `let o = {};
for (let i = 0; i < 1e4; i += 1) o = { o, list: new Array(100).fill(o) };
console.log(o);
return 1;`,
  ends: ['ok'],
  returns: 1,
};
