import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'errors with stacks for ever',
  code: `const a = [];
for (;;) a.push(new Error("x".repeat(100)));`,
  ends: ['script_memory', 'script_timeout'],
};
