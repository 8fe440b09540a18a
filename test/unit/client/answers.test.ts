import { expect, test } from 'vitest';
import { json, startHttpServer, type TestReply } from '../../support/http-server.ts';
import { createTestClient, errorOf } from '../../support/livetex-client.ts';

const NGINX = '<html><head><title>Bad Gateway</title></head></html>';

function refusal(status: number, code?: number, message = 'said by LiveTex'): TestReply {
  return json({ success: false, error_message: message, ...(code === undefined ? {} : { error_code: code }) }, status);
}
function page(status: number, headers: Record<string, string> = {}): TestReply {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body: NGINX };
}

/** What LiveTex says, and the row of the catalogue that it is. */
const ANSWERS: ReadonlyArray<readonly [string, TestReply, string]> = [
  // The documented table.
  ['400/1 the key is missing', refusal(400, 1), 'livetex_token_refused'],
  ['401/2 the key is not valid', refusal(401, 2), 'livetex_token_refused'],
  ['400/3 empty body', refusal(400, 3), 'livetex_refused'],
  ['400/4 wrong JSON', refusal(400, 4), 'livetex_refused'],
  ['400/5 wrong URL', refusal(400, 5), 'livetex_refused'],
  ['404/6 unsupported request', refusal(404, 6), 'livetex_refused'],
  ['500/7 internal error', refusal(500, 7), 'livetex_failed'],
  ['403/8 forbidden method', refusal(403, 8), 'livetex_method_forbidden'],
  ['400/9 invalid data', refusal(400, 9), 'livetex_refused'],
  // The same on HTTP 200.
  ['200/1', refusal(200, 1), 'livetex_token_refused'],
  ['200/2', refusal(200, 2), 'livetex_token_refused'],
  ['200/7', refusal(200, 7), 'livetex_failed'],
  ['200/8', refusal(200, 8), 'livetex_method_forbidden'],
  ['200/9', refusal(200, 9), 'livetex_refused'],
  ['200 with a code that is not documented', refusal(200, 77), 'livetex_failed'],
  ['200 with success: false and nothing else', json({ success: false }), 'livetex_failed'],
  // Not documented, but met at any server.
  ['401 without a body', { status: 401 }, 'livetex_token_refused'],
  ['403 as a page', page(403), 'livetex_token_refused'],
  ['400 without a code', refusal(400), 'livetex_refused'],
  ['400 as a page: not said by LiveTex', page(400), 'livetex_answer_invalid'],
  ['404 as a page: a proxy without its server', page(404), 'livetex_answer_invalid'],
  ['408', page(408), 'livetex_failed'],
  ['413 as a page', page(413), 'livetex_refused'],
  ['413 with a code', refusal(413, 9), 'livetex_refused'],
  ['429', page(429), 'livetex_rate_limited'],
  ['502 as a page', page(502), 'livetex_failed'],
  ['503 without a body', { status: 503 }, 'livetex_failed'],
  // Answers that are none.
  ['200 as a page', page(200), 'livetex_answer_invalid'],
  ['200 without a body', { status: 200 }, 'livetex_answer_invalid'],
  ['204', { status: 204 }, 'livetex_answer_invalid'],
  ['200 with half a JSON', { body: '{"success":tr' }, 'livetex_answer_invalid'],
  ['200 with another JSON', json([1, 2]), 'livetex_answer_invalid'],
  ['200 with null', json(null), 'livetex_answer_invalid'],
  ['200 without success', json({ destinations: [] }), 'livetex_answer_invalid'],
  ['200 with success as a text', json({ success: 'true', destinations: [] }), 'livetex_answer_invalid'],
  ['200 with wrong fields', json({ success: true, destinations: [{ name: 7 }] }), 'livetex_answer_invalid'],
  ['200 nested too deeply', { body: `{"success":true,"x":${'['.repeat(100_000)}` }, 'livetex_answer_invalid'],
  ['302', page(302, { location: '/elsewhere' }), 'livetex_answer_invalid'],
  ['307', page(307, { location: '/elsewhere' }), 'livetex_answer_invalid'],
  ['304', { status: 304 }, 'livetex_answer_invalid'],
];

test.each(ANSWERS)('%s', async (_name, reply, code) => {
  const server = await startHttpServer(() => reply);
  const { binding, reports } = createTestClient(server.url);
  const error = await errorOf(binding.getDestinations());
  expect(error.code).toBe(code);
  expect(error.facts).toMatchObject({ binding: 'main', method: 'getDestinations', status: reply.status ?? 200 });
  expect(reports).toMatchObject([{ status: reply.status ?? 200, error: { code } }]);
  expect(server.requests).toHaveLength(1);
});

test('the message says what LiveTex said, on one line and not too long', async () => {
  const server = await startHttpServer(() => refusal(400, 9, `Invalid data:\r\n\tuser_id \u0000${'x'.repeat(5_000)}`));
  const { binding } = createTestClient(server.url);
  const { message } = await errorOf(binding.getDestinations());
  expect(message).toMatch(/^LiveTex refused getDestinations \(HTTP 400\): Invalid data: user_id x+…$/);
  expect(message.length).toBeLessThan(400);
});

test('the message names the field that is wrong in an answer, without its value', async () => {
  const server = await startHttpServer(() => json({ success: true, destinations: [{ destination_id: 12 }] }));
  const { binding } = createTestClient(server.url);
  const { message } = await errorOf(binding.getDestinations());
  expect(message).toContain('destinations.0.destination_type');
  expect(message).not.toContain('12');
});

test('the message of a page shows how it begins', async () => {
  const server = await startHttpServer(() => page(200));
  const { binding } = createTestClient(server.url);
  expect((await errorOf(binding.getDestinations())).message).toBe(
    `LiveTex's answer to getDestinations is not understood (HTTP 200): not JSON (text/html), begins with: ${NGINX}`,
  );
});

test('no redirect is followed, not even to the same host', async () => {
  const server = await startHttpServer((request) =>
    request.url === '/elsewhere' ? json({ success: true, destinations: [] }) : page(307, { location: '/elsewhere' }),
  );
  const { binding } = createTestClient(server.url);
  expect((await errorOf(binding.getDestinations())).message).toContain(
    'a redirect, which is not followed: check baseUrl',
  );
  expect(server.requests).toHaveLength(1);
});

test.each([
  ['120', 120_000],
  ['0', 0],
  ['999999999', 3_600_000],
])('Retry-After: %s of a 429 and a 503 is passed on in ms', async (header, expected) => {
  for (const status of [429, 503]) {
    const server = await startHttpServer(() => page(status, { 'retry-after': header }));
    const { binding } = createTestClient(server.url);
    expect((await errorOf(binding.sendText({ user_id: 'u', text: 'a' }))).facts['retryAfterMs']).toBe(expected);
  }
});

test('the client does not try again by itself, whatever happened', async () => {
  for (const reply of [page(503), page(429, { 'retry-after': '0' }), page(200)]) {
    const server = await startHttpServer(() => reply);
    const { binding } = createTestClient(server.url);
    await errorOf(binding.sendText({ user_id: 'u', text: 'a' }));
    expect(server.requests).toHaveLength(1);
  }
});
