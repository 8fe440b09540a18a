import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'HTML-like comments, which sloppy mode still has',
  code: `<!-- x
--> y
return 1;`,
  ends: ['ok'],
  returns: 1,
};
