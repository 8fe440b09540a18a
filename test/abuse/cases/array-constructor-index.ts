import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: "n8n: a host index read with a name of the script's choice",
  code: 'return ["constructor", "__proto__", "toString", "hasOwnProperty", "prototype"].map((key) => [lead.getAttr(key), lead.getData(key), bot.getAttr(key), memory.getAttr(key), lead.isTagExist(key), lead.getLiveTexAttr(key)]).flat().filter((v) => v !== null && v !== false);',
  ends: ['ok'],
  returns: [],
};
