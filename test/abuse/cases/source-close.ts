import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a text that closes our function',
  code: '}); while (true) {} (function () {',
  ends: ['script_syntax'],
};
