import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`import()` of a Node module',
  code: `import("node:fs").then((fs) => fs.readFileSync("/etc/passwd"));
return 1;`,
  ends: ['script_async', 'ok'],
};
