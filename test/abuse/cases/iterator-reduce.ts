import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Iterator.from` of what has no end',
  code: String.raw`return Iterator.from({ next: () => ({ done: false, value: [1, 2, 3] }) }).flatMap((x) => x).reduce((a, b) => a + b);`,
  ends: ['script_timeout', 'script_memory'],
};
