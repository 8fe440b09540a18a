import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a stack without end',
  code: `Error.stackTraceLimit = Infinity;
function f(n) { if (n > 0) return f(n - 1); throw new Error("deep"); }
f(5000);`,
  ends: ['script_error'],
  says: /deep/,
};
