import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'calls without end',
  code: `function f() { f(); }
f();`,
  ends: ['script_error'],
  says: /Maximum call stack/,
};
