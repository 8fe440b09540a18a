import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a text that closes our function and calls with arguments',
  code: 'return 1 }), true); globalThis.x = 1; ((function () {',
  ends: ['script_syntax'],
};
