import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'async code that touches nothing of ours',
  code: `Promise.resolve(1).then((v) => v + 1);
return 1;`,
  ends: ['ok'],
  returns: 1,
};
