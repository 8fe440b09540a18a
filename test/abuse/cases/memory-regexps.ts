import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'regular expressions for ever',
  code: `const a = [];
for (let i = 0; ; i += 1) { const r = new RegExp(("(a|b|c" + i + ")*d").repeat(50)); r.test("abcabc"); a.push(r); }`,
  ends: ['script_memory', 'script_timeout'],
};
