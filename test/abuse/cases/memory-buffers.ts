import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'buffers for ever',
  code: `const a = [];
for (;;) a.push(new Uint8Array(2 ** 20).fill(1));`,
  ends: ['script_error', 'script_memory'],
};
