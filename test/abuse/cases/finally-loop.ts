import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`finally` that never lets go',
  code: 'try { return 1; } finally { for (;;); }',
  ends: ['script_timeout'],
};
