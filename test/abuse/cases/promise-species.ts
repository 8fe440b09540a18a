import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2 CVE-2023-32314: Promise species',
  code: `class E extends Promise { static get [Symbol.species]() { return function (f) { f((v) => console.log(typeof v.constructor.constructor("return process")), (v) => 1); }; } }
E.resolve(1).then(() => 2);
return 1;`,
  ends: ['ok', 'script_async'],
};
