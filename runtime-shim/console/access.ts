/** Who may ask the console: a session of its page, whoever brings a token, or (without one) this machine. */
import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../../plugin/contract/binding-config.ts';
import type { CodedError } from '../../plugin/contract/coded-error.ts';
import { bearerOf, foreignPart, isJson, isSameSecret } from '../http/guard.ts';
import { peerAddress, type TrustedProxies } from '../http/peer-address.ts';
import { consoleError } from './console-errors.ts';
import type { Person, Role, Sessions, Tokens } from './sessions.ts';

/** Slows down who guesses: by address, in memory. */
export interface TriesGuard {
  /** 0: go on. Otherwise so many ms are to be waited. */
  waitMs(address: string): number;
  failed(address: string): void;
  succeeded(address: string): void;
}

export interface AccessPorts {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly tries: TriesGuard;
  readonly trustedProxies: TrustedProxies;
}

/** Whoever cannot be told apart, behind a proxy that nobody named, is one: so that guessing is slow there too. */
const UNKNOWN_ADDRESS = '0.0.0.0';
/** What proxies add. With one of them "this machine" may be all the world. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];
/** The cookie: readable by no script, sent to the console only. */
export const COOKIE = 'console_session';
const MAX_NAME_LENGTH = 100;

/** Whoever asks, and how they showed it. @throws console_closed, console_login_needed, console_token_wrong, console_too_many_tries, console_forged */
export async function whoAsks(
  request: IncomingMessage,
  ports: AccessPorts,
  { changes }: { readonly changes: boolean },
): Promise<Person & { readonly csrf: string; readonly way: 'machine' | 'token' | 'session' }> {
  const { tokens, sessions } = ports;
  if (tokens.adminToken === undefined) {
    if (!isThisMachine(request)) throw consoleError('console_closed', undefined);
    if (changes && !isJson(request)) throw consoleError('console_forged', undefined);
    return { name: nameIn(request) ?? 'this machine', role: 'admin', csrf: '', way: 'machine' };
  }
  const bearer = bearerOf(request);
  if (bearer !== undefined) {
    const role = roleOf(bearer, request, ports);
    return { name: nameIn(request) ?? 'token', role, csrf: '', way: 'token' };
  }
  const secret = cookieOf(request);
  const session = secret === undefined ? undefined : await sessions.find(secret);
  if (session === undefined) throw consoleError('console_login_needed', undefined);
  if (changes && !isOwnChange(request, session.csrf)) throw consoleError('console_forged', undefined);
  return { ...session, way: 'session' };
}

/** Whose token this is. @throws console_too_many_tries, console_token_wrong */
export function roleOf(given: string, request: IncomingMessage, { tokens, tries, trustedProxies }: AccessPorts): Role {
  const address = peerAddress(request, trustedProxies) ?? UNKNOWN_ADDRESS;
  const wait = tries.waitMs(address);
  if (wait > 0) throw consoleError('console_too_many_tries', { seconds: Math.ceil(wait / 1_000) });
  const roles = [
    ['admin', tokens.adminToken],
    ['viewer', tokens.viewerToken],
  ] as const;
  const found = roles.find(([, token]) => token !== undefined && isSameSecret(given, token));
  if (found === undefined) {
    tries.failed(address);
    throw consoleError('console_token_wrong', undefined);
  }
  tries.succeeded(address);
  return found[0];
}

/** A program, or a page of this server, on this machine itself. */
function isThisMachine(request: IncomingMessage): boolean {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  const isProxied = PROXY_HEADERS.some((name) => request.headers[name] !== undefined);
  return isLoopbackHost(address) && !isProxied && foreignPart(request) === undefined;
}

/** With the token that only the session's own page has, and from no other site. */
function isOwnChange({ headers }: IncomingMessage, csrf: string): boolean {
  const given = headers['x-csrf-token'];
  return typeof given === 'string' && isSameSecret(given, csrf) && isOwnOrigin(headers);
}

/** What browsers say of themselves about where a request comes from; programs say nothing. */
export function isOwnOrigin({ host = '', origin, 'sec-fetch-site': site }: IncomingMessage['headers']): boolean {
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined || URL.parse(origin)?.host === host;
}

/** How a program calls itself in the audit log: `X-Console-Name`, percent-encoded. */
function nameIn({ headers }: IncomingMessage): string | undefined {
  const given = headers['x-console-name'];
  if (typeof given !== 'string' || given.trim() === '') return undefined;
  try {
    return decodeURIComponent(given.trim()).slice(0, MAX_NAME_LENGTH).toWellFormed();
  } catch {
    return given.trim().slice(0, MAX_NAME_LENGTH);
  }
}

export function cookieOf({ headers: { cookie = '' } }: IncomingMessage): string | undefined {
  const parts = cookie.split(';').map((part) => part.trim());
  return parts.find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

/** The HTTP status of a refusal. */
export function statusOf({ code }: Pick<CodedError, 'code'>): number {
  return STATUSES[code] ?? 500;
}

const STATUSES: Readonly<Record<string, number>> = {
  console_closed: 403,
  console_login_needed: 401,
  console_token_wrong: 401,
  console_too_many_tries: 429,
  console_forged: 403,
  console_viewer: 403,
  console_request_invalid: 400,
  console_nothing_there: 404,
  config_invalid: 400,
  binding_unknown: 404,
  binding_given: 409,
  binding_changed: 409,
  channel_invalid: 400,
  channel_given: 409,
  channel_changed: 409,
  channel_of_another: 409,
  webhook_not_configured: 409,
  message_invalid: 400,
};
