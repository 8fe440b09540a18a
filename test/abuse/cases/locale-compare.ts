import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'collation of long texts for ever',
  code: `const a = "é".repeat(1e5);
for (;;) a.localeCompare(a + "e", "ru");`,
  ends: ['script_timeout', 'script_memory'],
};
