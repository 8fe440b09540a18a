import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`import.meta`',
  code: 'return import.meta.url;',
  ends: ['script_syntax'],
};
