import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Reflect` and `Object` functions replaced',
  code: `for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = () => { throw new Error("caught"); };
for (const k of Object.getOwnPropertyNames(Object)) if (typeof Object[k] === "function" && k !== "prototype") Object[k] = () => { throw new Error("caught"); };
lead.setLiveTexAttr({ a: 1 });
lead.setAttr("b", "c");
return [lead.getLiveTexAttr("a"), lead.getAttr("b")];`,
  ends: ['ok'],
  returns: [1, 'c'],
};
