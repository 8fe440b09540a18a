import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a getter as an attribute',
  code: 'lead.setLiveTexAttr({ get a() { for (;;); } });',
  ends: ['attr_value_invalid'],
};
