import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries:
    '`Array.fromAsync` of a thousand million, its name put together so that no word of asynchronous code is in the text',
  code: String.raw`Array["from" + "As" + "ync"]({ length: 1e9 }, () => [1]);
return 1;`,
  ends: ['script_memory', 'script_timeout', 'script_async'],
};
