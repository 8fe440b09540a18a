import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'resizable buffers, which isolated-vm does not count',
  code: `const a = [];
for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 26 }); b.resize(2 ** 26); new Uint8Array(b).fill(1); a.push(b); }`,
  ends: ['script_error', 'script_memory'],
  says: /resize|memory/,
};
