import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`use strict` at the top, with code that strict mode refuses',
  code: `'use strict';
x = 1;`,
  ends: ['script_error'],
  says: /x is not defined/,
};
