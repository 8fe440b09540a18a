import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a snippet with a path',
  code: "snippet('../../../etc/passwd');",
  ends: ['script_library_missing'],
};
