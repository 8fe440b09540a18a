import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an Error whose `message` never answers',
  code: `const e = new Error("x");
Object.defineProperty(e, "message", { get() { for (;;); } });
throw e;`,
  ends: ['script_timeout'],
};
