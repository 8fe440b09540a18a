import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a promise that hides its kind',
  code: `class P extends Promise {}
const p = P.resolve(1);
Object.setPrototypeOf(p, Object.prototype);
return p;`,
  ends: ['script_async'],
};
