import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a library whose text closes our function',
  code: 'require("Business.Close");',
  ends: ['script_syntax'],
  run: { libraries: { 'Business.Close': { file: 'close.js', code: '}); while (true) {} (function () {' } } },
};
