import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'our names defined anew',
  code: 'Object.defineProperty(globalThis, "lead", { value: 1 });',
  ends: ['script_error'],
};
