import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an iterator that never ends, destructured',
  code: `const it = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) };
const [...all] = it;`,
  ends: ['script_timeout', 'script_memory'],
};
