import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`JSON` replaced',
  code: String.raw`JSON.stringify = () => "{\"ok\":true}";
JSON.parse = () => ({ v: "forged" });
lead.setAttr("a", "b");
return [lead.getAttr("a"), livetex.hasOnlineOperators()];`,
  ends: ['ok'],
  returns: ['b', true],
  run: { call: async () => 'true' },
};
