import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a hashbang line',
  code: `#!/bin/sh
return 1;`,
  ends: ['script_syntax'],
};
