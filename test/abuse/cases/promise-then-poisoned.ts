import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Promise.prototype.then` replaced',
  code: `Promise.prototype.then = function () { for (;;); };
Promise.prototype.constructor = function () { for (;;); };
return livetex.hasOnlineOperators();`,
  ends: ['ok'],
  returns: true,
  run: { call: async () => 'true' },
};
