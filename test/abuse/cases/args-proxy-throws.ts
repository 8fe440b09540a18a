import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy as attributes that throws',
  code: 'lead.setLiveTexAttr(new Proxy({}, { ownKeys() { throw new Error("secret"); } }));',
  ends: ['attr_argument_invalid'],
};
