import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'going on after V8 refused an allocation',
  code: `for (let i = 0; i < 50; i += 1) { try { new Uint8Array(2 ** 31); } catch (e) {} }
return "alive";`,
  ends: ['script_timeout', 'ok', 'script_memory'],
};
