import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a script of just over a million characters',
  code: `return 1;
//PADDING`,
  ends: ['script_argument'],
  run: { code: `return 1;//${'x'.repeat(1_000_001)}` },
};
