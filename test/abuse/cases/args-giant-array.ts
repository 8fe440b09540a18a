import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'buttons without end',
  code: 'bot.sendMessage("x", new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 : [{ text: "a", callback_data: "b" }]) }));',
  ends: ['script_argument', 'script_timeout'],
};
