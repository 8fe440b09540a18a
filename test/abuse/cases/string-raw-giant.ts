import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`String.raw` with two thousand million parts',
  code: String.raw`return String.raw({ raw: { length: 2 ** 31 } }).length;`,
  ends: ['script_timeout', 'script_memory', 'script_error'],
};
