import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a library that goes on after the end',
  code: `require("Business.Late");
return 1;`,
  ends: ['script_async'],
  run: {
    libraries: {
      'Business.Late': { file: 'late.js', code: 'Promise.resolve().then(() => lead.setAttr("late", "1"));' },
    },
  },
};
