import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'errors that suppress each other a thousand deep',
  code: String.raw`let e = new Error("0");
for (let i = 0; i < 1e3; i += 1) e = new SuppressedError(new Error("x", { cause: e }), e, "both");
throw e;`,
  ends: ['script_error'],
  says: /SuppressedError: both/,
};
