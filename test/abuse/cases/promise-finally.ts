import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2 CVE-2023-37466: rejected promises and `finally`',
  code: `const p = Promise.reject(new Error("x"));
p.finally = () => 1;
Promise.prototype.then = function (a, b) { return b; };
p.catch(() => 1);
return 1;`,
  ends: ['ok', 'script_async'],
};
