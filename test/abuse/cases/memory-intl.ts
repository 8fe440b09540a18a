import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Intl` objects, which live outside the heap',
  code: `const a = [];
for (let i = 0; ; i += 1) a.push(new Intl.DateTimeFormat("ru", { timeZone: "Europe/Moscow" }), new Intl.Collator("ru"), new Intl.NumberFormat("ru"));`,
  ends: ['script_memory', 'script_timeout'],
};
