import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'messages for ever',
  code: 'for (;;) bot.sendMessage("x");',
  ends: ['script_host_calls'],
};
