import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'giant log lines',
  code: `for (let i = 0; i < 300; i += 1) console.log("x".repeat(1e6), { a: "y".repeat(1e6) });
return 1;`,
  ends: ['ok', 'script_timeout'],
  check: (result) => {
    const chars = result.log.reduce((sum, line) => sum + line.text.length, 0);
    if (chars > 250_000) throw new Error(`${chars} characters`);
  },
};
