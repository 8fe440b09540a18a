import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Map for ever',
  code: `const m = new Map();
for (let i = 0; ; i += 1) m.set({ i }, i);`,
  ends: ['script_memory', 'script_error', 'script_timeout'],
};
