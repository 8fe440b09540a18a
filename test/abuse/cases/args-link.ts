import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'links that are no links',
  code: String.raw`const said = [];
for (const url of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//host/x", "http://", "http:// x", "https://a\nb", {}, null]) { try { bot.sendMessage("x", null, [{ type: "image", url }]); said.push(url); } catch (e) { if (e.code !== "script_argument") said.push(e.code); } }
return said;`,
  ends: ['ok'],
  returns: [],
};
