import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a forged source name',
  code: `//# sourceURL=/etc/passwd
foo.bar
//# sourceMappingURL=file:///etc/passwd`,
  ends: ['script_error'],
  check: (result) => {
    if (result.ok || result.error.line !== 2) throw new Error(JSON.stringify(result));
  },
};
