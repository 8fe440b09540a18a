import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a host function that answers what is not JSON',
  code: 'return livetex.hasOnlineOperators();',
  ends: ['script_error', 'script_host_failed', 'ok'],
  run: { call: async () => '}{' },
};
