import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the same with defineProperty',
  code: 'Object.defineProperty(Error, "prepareStackTrace", { value: (e, s) => s });',
  ends: ['script_error'],
  says: /Cannot redefine/,
};
