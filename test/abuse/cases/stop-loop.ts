import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'looping after bot.stop()',
  code: `try { bot.stop(); } catch (e) {}
for (;;);`,
  ends: ['script_timeout'],
};
