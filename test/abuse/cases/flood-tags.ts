import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'tags for ever',
  code: 'for (let i = 0; i < 1e5; i += 1) lead.addTag("tag-with-a-long-name-" + i);',
  ends: ['script_host_calls', 'script_timeout'],
};
