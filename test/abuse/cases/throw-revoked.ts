import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a revoked Proxy',
  code: `const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throw proxy;`,
  ends: ['script_error'],
};
