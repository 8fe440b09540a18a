import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'one giant attribute',
  code: 'lead.setAttr("a", "x".repeat(5e6));',
  ends: ['script_result_too_large'],
};
