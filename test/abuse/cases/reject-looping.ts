import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries:
    'a rejected promise that carries an Error with endless getters: read by isolated-vm itself, outside every time-out',
  code: `const e = new Error("x");
for (const k of ["message", "stack", "name"]) Object.defineProperty(e, k, { get() { for (;;); } });
Promise.reject(e);`,
  ends: ['script_timeout', 'script_async'],
};
