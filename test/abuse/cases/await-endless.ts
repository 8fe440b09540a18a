import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an async loop that outlives the script',
  code: `(async () => { for (;;) await 0; })();
return 1;`,
  ends: ['script_timeout', 'script_memory', 'script_async'],
};
