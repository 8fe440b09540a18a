import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2: `Error.prepareStackTrace` hands out call sites',
  code: `Error.prepareStackTrace = (error, sites) => sites;
return typeof new Error("x").stack;`,
  ends: ['ok'],
  returns: 'string',
};
