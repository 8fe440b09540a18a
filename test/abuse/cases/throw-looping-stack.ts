import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an Error whose `stack` never answers',
  code: `const e = new Error("x");
Object.defineProperty(e, "stack", { get() { for (;;); } });
throw e;`,
  ends: ['script_timeout'],
};
