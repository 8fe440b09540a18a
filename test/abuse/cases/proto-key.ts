import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a key `__proto__`, everywhere a key can be',
  code: String.raw`const o = JSON.parse("{\"__proto__\": 1, \"a\": 2}");
lead.setLiveTexAttr(o);
lead.setLiveTexAttr("constructor", "x");
lead.setAttr("__proto__", "y");
bot.setAttr("__proto__", "z");
memory.setAttr("__proto__", "w");
lead.addTag("__proto__");
return [lead.getLiveTexAttr("__proto__"), lead.getAttr("__proto__"), bot.getAttr("__proto__"), memory.getAttr("__proto__"), lead.isTagExist("__proto__"), ({}).a === undefined, Object.keys(lead.getAllLiveTexAttrs()).length];`,
  ends: ['ok'],
  returns: [1, 'y', 'z', 'w', true, true, 3],
};
