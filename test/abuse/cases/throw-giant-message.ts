import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an Error with a message of a hundred million characters',
  code: 'throw new Error("x".repeat(1e8));',
  ends: ['script_timeout', 'script_error', 'script_memory'],
  check: (result) => {
    if (!result.ok && result.error.message.length > 3_000) throw new Error('the message is not cut');
  },
};
