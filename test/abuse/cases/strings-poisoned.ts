import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the methods of strings and regular expressions replaced',
  code: `for (const T of [String, RegExp, Array, Number]) for (const k of Object.getOwnPropertyNames(T.prototype)) if (k !== "constructor" && k !== "length") { try { T.prototype[k] = () => { throw new Error("caught"); }; } catch (e) {} }
Array.prototype[Symbol.iterator] = () => { throw new Error("caught"); };
lead.setAttr("a", 1);
lead.setLiveTexAttr("k", "v");
console.log("x", 1, { a: 1 });
return lead.getIntAttr("a");`,
  ends: ['ok'],
  returns: 1,
};
