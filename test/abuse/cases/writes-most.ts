import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'as many tiny attributes as may be written: what the server must read and merge',
  code: String.raw`for (let i = 0; i < 10000; i += 1) lead.setAttr(i.toString(36), "");
return 1;`,
  ends: ['ok', 'script_timeout'],
};
