import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'another prototype for our objects',
  code: 'Object.setPrototypeOf(lead, { evil: 1 });',
  ends: ['script_error'],
};
