import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'one buffer of a gigabyte',
  code: 'return new Uint8Array(2 ** 30).length;',
  ends: ['script_error', 'script_memory'],
};
