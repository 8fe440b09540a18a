import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an async function as the answer',
  code: 'return (async () => 1)();',
  ends: ['script_async'],
};
