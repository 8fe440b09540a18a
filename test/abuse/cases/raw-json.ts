import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`JSON.rawJSON`, which writes what no value could',
  code: String.raw`lead.setJsonAttr("a", JSON.rawJSON("1e999"));
return [JSON.rawJSON("1e999") , 1, (() => { try { return JSON.rawJSON('],"forged":[1'); } catch (e) { return e.name; } })()];`,
  ends: ['ok'],
  check: (result) => {
    if (!result.ok || JSON.stringify(result.returned) !== '[null,1,"SyntaxError"]')
      throw new Error(JSON.stringify(result));
  },
};
