import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isLoopbackHost } from '../../../plugin/contract/binding-config.ts';
import { hostProblem, refusalFor } from '../../../runtime-shim/http/guard.ts';

function refused(headers: IncomingHttpHeaders, token?: string): string | undefined {
  return refusalFor({ headers } as IncomingMessage, token)?.error.code;
}

test.each(['127.0.0.1:8024', '127.9.9.9', 'localhost:1', '[::1]:8024'])(
  'without a token, Host %s is let in',
  (host) => {
    expect(refused({ host })).toBeUndefined();
    expect(refused({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBeUndefined();
  },
);

test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8024', '', '::::', '10.0.0.1'])(
  'without a token, Host %j is not',
  (host) => {
    expect(refused({ host })).toBe('foreign_host');
  },
);

test.each([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'http://127.0.0.1:9' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
])('without a token, a page of another site is not: %j', (headers) => {
  expect(refused({ host: '127.0.0.1:8024', ...headers })).toBe('foreign_origin');
});

test('with a token only the token counts', () => {
  const host = 'bot.example.com';
  expect(refused({ host, authorization: 'Bearer secret' }, 'secret')).toBeUndefined();
  expect(refused({ host, authorization: 'bearer  secret ' }, 'secret')).toBeUndefined();
  for (const authorization of ['Bearer secre', 'Bearer secret2', 'Basic secret', 'Bearer', '', 'secret']) {
    expect(refused({ host: '127.0.0.1', authorization }, 'secret')).toBe('unauthorised');
  }
  expect(refused({ host: '127.0.0.1' }, 'secret')).toBe('unauthorised');
});

test('names of this machine', () => {
  expect(['localhost', '127.0.0.1', '::1', '[::1]'].every(isLoopbackHost)).toBe(true);
  expect(['0.0.0.0', '::', 'example.com', '127.0.0.1.example.com', ''].some(isLoopbackHost)).toBe(false);
});

function hostsGiven(...hosts: readonly string[]): string | undefined {
  const rawHeaders = hosts.flatMap((host) => ['Host', host]);
  return hostProblem({ headers: { host: hosts[0] }, rawHeaders } as IncomingMessage);
}

test.each(['example.com', 'bot_1:8024', '127.0.0.1', '[::1]:80', 'xn--80ak6aa92e.com'])('Host %j is one', (host) => {
  expect(hostsGiven(host)).toBeUndefined();
});

test.each(['127.0.0.1@evil.example', '127.0.0.1#evil', 'a/b', 'a?b', 'a b', '[::1', 'a:b', 'a:123456', 'é.example'])(
  'Host %j is none',
  (host) => {
    expect(hostsGiven(host)).toBe('the Host header is no name of a host');
  },
);

test('two Host headers are refused, also when they say the same', () => {
  expect(hostsGiven('127.0.0.1', '127.0.0.1')).toBe('there must be one Host header');
});
