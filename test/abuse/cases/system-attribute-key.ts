import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'one LiveTex attribute with a giant name',
  code: String.raw`lead.setLiveTexAttr("k".repeat(900000), 1);`,
  ends: ['script_result_too_large'],
};
