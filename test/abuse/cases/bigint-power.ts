import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a BigInt power, which no API stops',
  code: 'return String(10n ** (10n ** 9n)).length;',
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
