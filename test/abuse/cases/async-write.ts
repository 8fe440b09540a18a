import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'async code that writes after the end',
  code: `(async () => { await 1; lead.setAttr("late", "1"); })();
return 1;`,
  ends: ['script_async'],
};
