import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'Flowise: a helper that loads more than it should',
  code: `const said = [];
for (const name of ["fs", "node:fs", "child_process", "../../../etc/passwd", "/etc/passwd", "constructor", "__proto__", "toString"]) { try { require(name); said.push(name); } catch (e) { if (e.code !== "script_library_missing") said.push(e.code); } }
return said;`,
  ends: ['ok'],
  returns: [],
};
