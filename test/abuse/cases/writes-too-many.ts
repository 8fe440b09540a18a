import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'tiny attributes by the ten thousand, which together are small',
  code: String.raw`for (let i = 0; i < 20000; i += 1) bot.setAttr(i.toString(36), "");`,
  ends: ['script_host_calls', 'script_timeout'],
  says: /10000 writes|CPU time/,
};
