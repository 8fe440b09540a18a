import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a `then` that never ends is never called',
  code: 'return { then() { for (;;); } };',
  ends: ['ok'],
  returns: {},
};
