import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'U+2028 and U+2029, which end lines',
  code: 'var a = 1;\u2028var b = 2;\u2029foo.bar',
  ends: ['script_error'],
  says: /foo/,
  check: (result) => {
    if (result.ok || result.error.line !== 3) throw new Error(JSON.stringify(result));
  },
};
