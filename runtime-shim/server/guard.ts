import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ErrorBody } from './answer.ts';

/** A host name that means this machine only. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
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
  if (!isLoopbackHost(URL.parse(`http://${host}`)?.hostname ?? '')) return FOREIGN_HOST;
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
const FOREIGN_HOST: Refusal = {
  status: 403,
  error: {
    code: 'foreign_host',
    message: 'without http.apiToken the lead API answers only to a name of this machine: 127.0.0.1, [::1] or localhost',
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
