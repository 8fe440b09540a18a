import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy whose traps call each other for ever',
  code: `const p = new Proxy({}, { get: (t, k, r) => { for (;;) r[k + "x"]; } });
return p.a;`,
  ends: ['script_timeout', 'script_error', 'script_memory'],
};
