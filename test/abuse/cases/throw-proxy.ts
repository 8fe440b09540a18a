import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy that answers every question with a loop',
  code: 'throw new Proxy(new Error("x"), { get() { for (;;); }, getPrototypeOf() { return Error.prototype; } });',
  ends: ['script_timeout', 'script_error'],
};
