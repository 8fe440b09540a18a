import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'half a surrogate pair as a text',
  code: String.raw`bot.sendMessage("\ud83d");`,
  ends: ['script_argument'],
  says: /surrogate/,
};
