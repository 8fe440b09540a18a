import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'vm2 GHSA-99p7: `yield*` of an async generator',
  code: `async function* g() { yield* { get [Symbol.asyncIterator]() { return () => ({ next: () => { throw new Error("y"); } }); } }; }
g().next().catch((e) => e.constructor.constructor("return process")());
return 1;`,
  ends: ['ok', 'script_async'],
};
