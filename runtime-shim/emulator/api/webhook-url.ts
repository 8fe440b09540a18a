import { isLoopbackHost } from '../../../plugin/contract/binding-config.ts';

/**
 * What is wrong with a webhook's URL, in LiveTex's terms; `undefined`: nothing. LiveTex takes HTTPS only. The emulator
 * also takes plain HTTP to this very machine, where tests and the simulator listen.
 */
export function webhookUrlProblem(value: string): string | undefined {
  const url = URL.parse(value);
  if (!url) return 'not a URL';
  if (url.username || url.password) return 'must not carry a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'must be HTTPS';
  return isLoopbackHost(url.hostname) ? undefined : 'must be HTTPS (plain HTTP is taken for loopback addresses only)';
}
