import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`debugger` must not stop anything',
  code: `debugger;
return 1;`,
  ends: ['ok'],
  returns: 1,
};
