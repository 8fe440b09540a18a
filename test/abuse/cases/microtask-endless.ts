import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'promises that queue themselves for ever after the script',
  code: `(function again() { Promise.resolve().then(again); })();
return 1;`,
  ends: ['script_timeout', 'script_memory'],
};
