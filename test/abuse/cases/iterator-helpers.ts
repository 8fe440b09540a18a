import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'iterator helpers that never find anything',
  code: String.raw`function* n() { for (;;) yield 1; }
return n().map((x) => x + 1).filter(() => false).flatMap((x) => [x]).take(1).toArray();`,
  ends: ['script_timeout'],
};
