import type { IncomingMessage } from 'node:http';
import { hostProblem, isForeignHost } from '../../http/guard.ts';

/**
 * The control API asks for no token, so a page of another origin, open in the developer's browser, must not reach it:
 * not by a cross-site request (`Origin`, `Sec-Fetch-Site`) and not by a name of its own that resolves to loopback
 * (DNS rebinding: `Host`). Returns what is wrong, `undefined`: nothing.
 */
export function controlProblem(request: IncomingMessage): string | undefined {
  const { headers } = request;
  const host = headers.host ?? '';
  if (hostProblem(request) !== undefined || isForeignHost(request)) return 'Host must be a loopback address';
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return 'Origin must be the emulator itself';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'only pages of the emulator itself';
  return undefined;
}
