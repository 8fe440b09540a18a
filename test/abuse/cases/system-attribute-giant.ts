import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'LiveTex attributes without end, each of them small',
  code: String.raw`for (let i = 0; ; i += 1) lead.setLiveTexAttr("key" + i, "value".repeat(100));`,
  ends: ['script_result_too_large', 'script_timeout'],
};
