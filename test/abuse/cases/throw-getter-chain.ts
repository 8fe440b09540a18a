import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'errors as causes of each other',
  code: `const a = new Error("a");
const b = new Error("b", { cause: a });
a.cause = b;
throw new AggregateError([a, b, a], "many", { cause: b });`,
  ends: ['script_error'],
  says: /AggregateError: many/,
};
