import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the same with `promise`, `timeout` and `release`',
  code: `for (const k of ["promise", "timeout", "release", "externalCopy", "unsafeInherit"]) Object.prototype[k] = true;
return [livetex.hasOnlineOperators(), livetex.hasOnlineOperators()];`,
  ends: ['ok'],
  returns: [true, true],
  run: { call: async () => 'true' },
};
