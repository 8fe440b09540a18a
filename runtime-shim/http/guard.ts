import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';
import { answerError, type ErrorBody } from './answer.ts';
import type { HttpCall, ServeOptions } from './routes.ts';

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

/**
 * What shows that a request comes from a page of another site, open in a browser of this machine; `undefined`: nothing.
 * - `host`: the `Host` header does not name this machine. A foreign page that lets its own name point to 127.0.0.1 (DNS
 *   rebinding) is same-origin with what it then reads; the name is what gives it away.
 * - `origin`, `site`: `Origin` and `Sec-Fetch-Site`, which browsers add by themselves. A form or a `fetch` of another site
 *   could write without reading the answer. Programs send neither.
 */
export function foreignPart(request: IncomingMessage): 'host' | 'origin' | 'site' | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers;
  if (isForeignHost(request)) return 'host';
  if (origin !== undefined && origin !== `http://${host}`) return 'origin';
  return site !== undefined && site !== 'same-origin' && site !== 'none' ? 'site' : undefined;
}

/** Does a request surely come from a page of this server? Browsers send one of the two headers with every POST. */
export function isOwnPage(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  return foreignPart(request) === undefined && (origin !== undefined || site === 'same-origin');
}

/** Is the body said to be JSON? A page of another origin may send a form's content types without asking, but not this one. */
export function isJson({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

interface Refusal {
  readonly status: 401 | 403;
  readonly error: ErrorBody;
}

/**
 * Who may ask the runtime's server. With a token: whoever knows it, and anybody for counts. Without one the server listens
 * on loopback only, and the danger is a page in a browser of this machine.
 */
export function apiGuard(apiToken: string | undefined): ServeOptions['mayAsk'] {
  return (access, request, response) => {
    const isStranger = access === 'state' && apiToken === undefined && isForeignHost(request);
    const refusal = access === 'api' ? refusalFor(request, apiToken) : isStranger ? FOREIGN_HOST : undefined;
    if (refusal === undefined) return true;
    if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer');
    answerError(response, refusal.status, refusal.error);
    return false;
  };
}

/** May this request use the lead API? */
export function refusalFor(request: IncomingMessage, token: string | undefined): Refusal | undefined {
  if (token !== undefined) return isAuthorised(request, token) ? undefined : UNAUTHORISED;
  const part = foreignPart(request);
  if (part === undefined) return undefined;
  return part === 'host' ? FOREIGN_HOST : FOREIGN_ORIGIN;
}

/** Has this request the token of a route that checks its callers itself? If not, it is answered with 401. */
export function hasToken({ request, response }: Pick<HttpCall, 'request' | 'response'>, token: string): boolean {
  if (isAuthorised(request, token)) return true;
  response.setHeader('www-authenticate', 'Bearer');
  answerError(response, WRONG_TOKEN.status, WRONG_TOKEN.error);
  return false;
}

const UNAUTHORISED: Refusal = {
  status: 401,
  error: { code: 'unauthorised', message: 'the lead API asks for "Authorization: Bearer <http.apiToken>"' },
};
const WRONG_TOKEN: Refusal = {
  status: 401,
  error: { code: 'unauthorised', message: 'this address asks for a token of its own' },
};
const FOREIGN_HOST: Refusal = {
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
  const given = bearerOf(request);
  return given !== undefined && isSameSecret(given, token);
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf({ headers: { authorization = '' } }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** Takes the same time for every guess. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

/** Hashes have one length, so that the comparison takes the same time for every guess. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
