import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'strings as long as V8 allows',
  code: `let s = "x".repeat(2 ** 28);
for (;;) s = (s + "y").split("").reverse().join("");`,
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
