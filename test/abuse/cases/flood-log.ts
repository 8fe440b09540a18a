import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'log lines for ever',
  code: 'for (let i = 0; ; i += 1) console.log("line", i, { i });',
  ends: ['script_timeout'],
  check: (result) => {
    if (result.log.length > 250) throw new Error(`${result.log.length} lines`);
  },
};
