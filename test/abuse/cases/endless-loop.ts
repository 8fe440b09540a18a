import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a loop without end',
  code: 'while (true) {}',
  ends: ['script_timeout'],
};
