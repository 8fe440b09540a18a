import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'host calls for ever, with every refusal caught',
  code: 'for (;;) { try { livetex.hasOnlineOperators(); } catch (e) {} }',
  ends: ['script_timeout', 'script_deadline'],
  run: { call: async () => 'true' },
};
