import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'recursion that starts again from `finally`',
  code: `function f() { try { f(); } finally { f(); } }
f();`,
  ends: ['script_timeout', 'script_error'],
};
