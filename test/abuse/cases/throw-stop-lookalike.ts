import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an object without a prototype, like the signal of bot.stop()',
  code: `lead.setAttr("a", "b");
throw Object.create(null);`,
  ends: ['script_error'],
};
