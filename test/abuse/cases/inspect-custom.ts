import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2 GHSA-g644: functions that a host inspector would call',
  code: `console.log({ [Symbol.for("nodejs.util.inspect.custom")]: (depth, opts, inspect) => inspect.constructor("return process")() });
return 1;`,
  ends: ['ok'],
  returns: 1,
};
