import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an answer nested five thousand deep, which a walk on the host has no stack for',
  code: String.raw`let o = [];
for (let i = 0; i < 5000; i += 1) o = [o];
return o;`,
  ends: ['script_error'],
  says: /nested too deeply|call stack/,
};
