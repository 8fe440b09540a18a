import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a `toJSON` that goes on writing while the answer is made',
  code: 'return { toJSON() { lead.setAttr("late", "1"); return 1; } };',
  ends: ['ok', 'script_async'],
};
