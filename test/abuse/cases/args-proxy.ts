import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy as attributes that changes its answers',
  code: `let n = 0;
lead.setLiveTexAttr(new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: (n += 1) > 1 ? {} : 1, enumerable: true, configurable: true }) }));
return lead.getLiveTexAttr("a");`,
  ends: ['ok'],
  returns: 1,
};
