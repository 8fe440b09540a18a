import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Array(2 ** 27).fill`',
  code: `const a = [];
for (;;) a.push(new Array(2 ** 25).fill(0.5));`,
  ends: ['script_memory', 'script_error', 'script_timeout'],
};
