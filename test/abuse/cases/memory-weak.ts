import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'weak maps for ever',
  code: `const w = [];
for (;;) { const m = new WeakMap(); for (let i = 0; i < 1000; i += 1) { const k = {}; m.set(k, new Array(50).fill(i)); w.push(k); } w.push(m); }`,
  ends: ['script_memory', 'script_timeout'],
};
