import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a rejection with endless getters, with no word of asynchronous code in the text',
  code: String.raw`globalThis["Prom" + "ise"].reject({ get message() { for (;;); }, get stack() { for (;;); } });
return 1;`,
  ends: ['script_timeout', 'script_async', 'ok'],
};
