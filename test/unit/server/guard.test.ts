import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isLoopbackHost, refusalFor } from '../../../runtime-shim/server/guard.ts';

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
