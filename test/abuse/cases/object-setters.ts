import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'setters on `Object.prototype` for the names of our records',
  code: `for (const k of ["ok", "code", "message", "value", "kind", "type", "text", "frames", "library", "input", "attributes", "get", "set", "v", "e"]) Object.defineProperty(Object.prototype, k, { get() { return "forged"; }, set() { throw new Error("caught"); }, configurable: true });
lead.setAttr("a", "b");
console.log({ a: 1 });
return lead.getAttr("a") + livetex.hasOnlineOperators();`,
  ends: ['ok', 'script_error'],
  run: { call: async () => 'true' },
};
