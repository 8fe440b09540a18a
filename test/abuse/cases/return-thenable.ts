import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an object with a `then` is only data',
  code: 'return { then: "x", a: 1 };',
  ends: ['ok'],
  returns: JSON.parse('{"then":"x","a":1}'),
};
