import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a callback that our code calls: who called?',
  code: `let seen = "nobody";
try { lead.setJsonAttr("a", { toJSON: function t() { seen = String(t.caller); return 1; } }); } catch (e) { seen = "error"; }
return seen;`,
  ends: ['ok'],
  returns: 'null',
};
