import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`await` where there is no async function',
  code: 'await 1;',
  ends: ['script_syntax'],
};
