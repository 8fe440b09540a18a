import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'host calls for ever',
  code: 'for (;;) livetex.hasOnlineOperators();',
  ends: ['script_host_calls'],
  run: { call: async () => 'true' },
};
