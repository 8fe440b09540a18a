import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a host function that answers too much',
  code: 'return livetex.hasOnlineOperators();',
  ends: ['script_result_too_large'],
  run: { call: async () => JSON.stringify('x'.repeat(5_000_000)) },
};
