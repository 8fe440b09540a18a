import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'continuations for ever, with no word of asynchronous code in the text',
  code: String.raw`const P = globalThis["Prom" + "ise"];
(function again() { P.resolve()["th" + "en"](again); })();
return 1;`,
  ends: ['script_timeout', 'script_memory'],
};
