import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Symbol.hasInstance` and `toPrimitive` on our classes',
  code: `Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw new Error("caught"); } });
throw { toString() { for (;;); } };`,
  ends: ['script_error'],
};
