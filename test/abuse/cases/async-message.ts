import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a promise that sends after the end',
  code: `Promise.resolve().then(() => bot.sendMessage("late"));
return 1;`,
  ends: ['script_async'],
};
