import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an error that pretends to be one of ours',
  code: 'throw Object.assign(new Error("x"), { code: "sandbox_killed", fault: "internal" });',
  ends: ['script_error'],
};
