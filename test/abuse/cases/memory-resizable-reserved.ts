import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'reserving address space with resizable buffers',
  code: `const a = [];
for (let i = 0; i < 1e5; i += 1) a.push(new ArrayBuffer(2 ** 20, { maxByteLength: 2 ** 32 }));`,
  ends: ['script_error', 'script_memory', 'script_timeout', 'ok'],
};
