import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';
import type { ErrorBody } from './answer.ts';

/** A name or an address with a port, and nothing that a URL gives another meaning: no `@`, `#`, `/` or `?` (RFC 3986, 3.2.2). */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~-]+)(?::\d{1,5})?$/i;

/**
 * What is wrong with a request's `Host`, `undefined`: nothing. With two of them, or with signs that a URL reads in another
 * way, a proxy before this server and this server could take the request for different hosts (RFC 9112, 3.2).
 * HTTP/1.0 knows no `Host`: none is no problem here.
 */
export function hostProblem({ headers: { host }, rawHeaders }: IncomingMessage): string | undefined {
  if (host === undefined || host === '') return undefined;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  if (count > 1) return 'there must be one Host header';
  return HOST.test(host) ? undefined : 'the Host header is no name of a host';
}

/** Does a request name another host than this machine? */
export function isForeignHost({ headers: { host = '' } }: IncomingMessage): boolean {
  return !isLoopbackHost(URL.parse(`http://${host}`)?.hostname ?? '');
}

export type Refusal = { readonly status: 401 | 403; readonly error: ErrorBody };

/**
 * May this request use the lead API? With a token: whoever knows it. Without one the server listens on loopback only, and
 * the danger is a page in a browser of this machine, so two things are looked at:
 * - the `Host` header, which must name this machine. A foreign page that lets its own name point to 127.0.0.1 (DNS rebinding)
 *   is same-origin with what it then reads; the name is what gives it away.
 * - `Origin` and `Sec-Fetch-Site`, which browsers add by themselves: a form or a `fetch` of another site could write a lead's
 *   message without reading the answer.
 */
export function refusalFor(request: IncomingMessage, token: string | undefined): Refusal | undefined {
  if (token !== undefined) return isAuthorised(request, token) ? undefined : UNAUTHORISED;
  const host = request.headers.host ?? '';
  if (isForeignHost(request)) return FOREIGN_HOST;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOwn = origin === undefined || origin === `http://${host}`;
  const isForeignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isOwn && !isForeignSite ? undefined : FOREIGN_ORIGIN;
}

const UNAUTHORISED: Refusal = {
  status: 401,
  error: { code: 'unauthorised', message: 'the lead API asks for "Authorization: Bearer <http.apiToken>"' },
};
export const FOREIGN_HOST: Refusal = {
  status: 403,
  error: {
    code: 'foreign_host',
    message: 'without http.apiToken this server answers only to a name of this machine: 127.0.0.1, [::1] or localhost',
  },
};
const FOREIGN_ORIGIN: Refusal = {
  status: 403,
  error: { code: 'foreign_origin', message: 'a page of another site may not use the lead API' },
};

function isAuthorised(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Hashes have one length, so that the comparison takes the same time for every guess. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
