import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'dates and formats for ever',
  code: 'for (;;) new Date().toLocaleString("ru", { timeZone: "Asia/Tokyo" });',
  ends: ['script_timeout', 'script_memory'],
};
