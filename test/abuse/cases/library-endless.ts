import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a library without end',
  code: 'require("Business.Loop");',
  ends: ['script_timeout'],
  run: { libraries: { 'Business.Loop': { file: 'loop.js', code: 'for (;;);' } } },
};
