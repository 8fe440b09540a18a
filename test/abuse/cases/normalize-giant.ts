import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'Unicode normalisation of a long text',
  code: String.raw`let s = "\u1e9b\u0323".repeat(2 ** 22);
for (;;) s.normalize("NFKD");`,
  ends: ['script_timeout', 'script_memory'],
};
