import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`with` over a Proxy that has every name',
  code: `with (new Proxy({}, { has: () => true, get: (t, k) => (k === Symbol.unscopables ? undefined : 7) })) { var y = process; }
return y;`,
  ends: ['ok'],
  returns: null,
};
