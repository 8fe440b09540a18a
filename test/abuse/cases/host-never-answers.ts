import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a host call that is never answered',
  code: 'return livetex.hasOnlineOperators();',
  ends: ['script_deadline'],
  run: { call: async () => await new Promise(() => undefined) },
};
