import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'rows of buttons that are empty for ever',
  code: String.raw`const row = [];
bot.sendMessage("x", new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 : row) }));`,
  ends: ['script_timeout', 'script_argument'],
};
