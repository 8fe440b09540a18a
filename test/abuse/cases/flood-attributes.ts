import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'attributes for ever',
  code: 'for (let i = 0; ; i += 1) lead.setAttr("key" + i, "value");',
  ends: ['script_memory', 'script_timeout', 'script_result_too_large'],
};
