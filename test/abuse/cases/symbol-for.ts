import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2: symbols shared between realms',
  code: 'return [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("nodejs.util.promisify.custom")].map((s) => { console.log({ [s]: () => { throw 1; } }); return typeof lead[s]; });',
  ends: ['ok'],
  returns: ['undefined', 'undefined'],
};
