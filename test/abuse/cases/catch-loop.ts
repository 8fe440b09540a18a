import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'catching whatever ends a loop, and looping again',
  code: 'for (;;) { try { for (;;); } catch (e) {} finally { continue; } }',
  ends: ['script_timeout'],
};
