import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`setJsonAttr` with an endless `toJSON`',
  code: 'lead.setJsonAttr("a", { toJSON() { for (;;); } });',
  ends: ['script_timeout'],
};
