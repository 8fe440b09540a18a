import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an object nested a million deep as the answer',
  code: `let o = {};
for (let i = 0; i < 1e6; i += 1) o = { o };
return o;`,
  ends: ['script_timeout', 'script_error', 'script_memory'],
};
