import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'two hundred thousand brackets',
  code: 'PADDING',
  ends: ['script_syntax', 'script_error', 'ok'],
  run: { code: `return ${'('.repeat(200_000)}1${')'.repeat(200_000)};` },
};
