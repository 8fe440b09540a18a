import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Error.captureStackTrace` on our own objects',
  code: `const o = {};
Error.captureStackTrace(o);
return typeof o.stack + (o.stack.includes("metabot") ? " leaks" : "");`,
  ends: ['ok'],
  returns: 'string',
};
