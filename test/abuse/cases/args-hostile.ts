import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'arguments with hostile conversions',
  code: `const evil = { toString() { for (;;); }, valueOf() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } };
const said = [];
for (const call of [() => lead.setAttr(evil, "a"), () => lead.setAttr("a", evil), () => lead.getAttr(evil), () => bot.sendMessage(evil), () => memory.setAttr("a", evil), () => require(evil), () => lead.addTag(evil), () => lead.setLiveTexAttr(evil, 1), () => lead.getData(evil), () => bot.runScriptByCodeForLead(evil, 1)]) { try { call(); said.push("accepted"); } catch (e) { if (typeof e.code !== "string") said.push(String(e)); } }
return said;`,
  ends: ['ok'],
  returns: [],
};
