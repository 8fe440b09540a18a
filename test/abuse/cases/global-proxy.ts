import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy behind the global object, which then has every name',
  code: String.raw`Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: () => 7, set: () => true }));
lead.setAttr("a", "b").setLiveTexAttr({ c: 1 });
bot.sendMessage("x");
return [process, lead.getAttr("a"), lead.getLiveTexAttr("c")];`,
  ends: ['ok'],
  returns: [7, 'b', 1],
};
