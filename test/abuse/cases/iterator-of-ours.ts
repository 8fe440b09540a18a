import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an iterator of arrays that catches our own lists, to write a system attribute past the check',
  code: String.raw`const kept = Array.prototype[Symbol.iterator];
const caught = [];
Array.prototype[Symbol.iterator] = function () { caught[caught.length] = this; return kept.call(this); };
lead.getAllAttr();
lead.setLiveTexAttr({ a: 1 });
Array.prototype[Symbol.iterator] = kept;
for (const list of caught) for (const part of list) if (typeof part === "object") part.sys_livetex_attrs = { kind: "text", value: "forged" };
return caught.length;`,
  ends: ['ok'],
  returns: 0,
  check: (result) => {
    if (JSON.stringify(result).includes('forged')) throw new Error(JSON.stringify(result));
  },
};
