import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'half a surrogate pair in the text',
  code: 'return "\ud83d".length + "\ude00".length;',
  ends: ['ok', 'script_syntax'],
};
