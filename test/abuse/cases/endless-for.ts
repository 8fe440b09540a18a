import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a loop with nothing in it, which V8 compiles to a jump',
  code: 'for (;;);',
  ends: ['script_timeout'],
};
