import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'our names deleted',
  code: 'return [delete globalThis.lead, delete lead.setAttr, typeof lead.setAttr];',
  ends: ['ok'],
  returns: [false, false, 'function'],
};
