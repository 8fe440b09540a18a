import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForeignHost } from '../../http/guard.ts';

/**
 * What the page may do, and nothing else: own script, style and stream; no inline code, no eval, no foreign image (an
 * operator's link must not call anybody), no frame around it. Trusted Types turn any markup made from text into an error.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every answer of the simulator. */
export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
}

/**
 * Was the page called by a name of this machine? A foreign page that has its own name point here (DNS rebinding) is
 * same-origin with itself, so the name is what gives it away.
 */
export function isLocalHost(request: IncomingMessage): boolean {
  return !isForeignHost(request);
}

/** Does a request that changes something come from our own page? Browsers send both headers with every POST. */
export function isSameOrigin(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin !== undefined) return origin === `http://${request.headers.host ?? ''}`;
  return site === 'same-origin';
}

export function isJson(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';
}
