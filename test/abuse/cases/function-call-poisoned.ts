import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Function.prototype.call`, `apply` and `bind` replaced, to catch what our code calls',
  code: `const caught = [];
for (const k of ["call", "apply", "bind"]) Function.prototype[k] = function (...args) { caught.push(typeof args[0]); return () => 1; };
livetex.hasOnlineOperators();
lead.setAttr("a", "b").getAttr("a");
console.log("a", new Error("x"));
return caught.length;`,
  ends: ['ok'],
  returns: 0,
  run: { call: async () => 'true' },
};
