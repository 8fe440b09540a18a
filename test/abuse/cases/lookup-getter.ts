import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2: `__lookupGetter__` on what the host gave',
  code: 'return [lead.__lookupGetter__("__proto__") === Object.prototype.__lookupGetter__("__proto__"), typeof livetex.__lookupGetter__("x")];',
  ends: ['ok'],
  returns: [true, 'undefined'],
};
