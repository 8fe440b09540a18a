import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'attributes for ever',
  code: 'for (let i = 0; ; i += 1) lead.setAttr("key" + i, "value");',
  ends: ['script_host_calls', 'script_timeout'],
};
