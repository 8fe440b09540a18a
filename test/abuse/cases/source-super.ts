import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`super` and `new.target` outside a class',
  code: 'return super.x;',
  ends: ['script_syntax'],
};
