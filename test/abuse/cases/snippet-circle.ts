import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'snippets that contain each other',
  code: "snippet('Business.A');",
  ends: ['script_argument'],
  says: /deep/,
  run: {
    libraries: {
      'Business.A': { file: 'a.js', code: "snippet('Business.B')" },
      'Business.B': { file: 'b.js', code: "snippet('Business.A')" },
    },
  },
};
