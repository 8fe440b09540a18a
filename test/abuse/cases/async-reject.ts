import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a rejection that nobody catches',
  code: `Promise.reject(new Error("late"));
return 1;`,
  ends: ['script_async'],
};
