import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor, REDACTED } from '../../../plugin/client/redactor.ts';
import { freePort, json, startHttpServer, startRawServer, type TestReply } from '../../support/http-server.ts';
import { createTestClient, errorOf, TEST_TOKEN } from '../../support/livetex-client.ts';
import { findSecret, formsOf } from '../../support/secret-search.ts';

test('the search finds a secret wherever it hides', () => {
  const cause = new Error(`GET /?key=${encodeURIComponent(TEST_TOKEN)}`);
  expect(findSecret(new Error('x', { cause }), TEST_TOKEN)).toContain('it.cause.message');
  expect(findSecret({ a: [new Map([['k', TEST_TOKEN]])] }, TEST_TOKEN)).not.toEqual([]);
  expect(findSecret({ a: 'innocent' }, TEST_TOKEN)).toEqual([]);
});

/** Each is an answer that echoes the token, in one encoding. */
function echoes(form: string): TestReply[] {
  return [
    json({ success: false, error_code: 9, error_message: `bad ${form}` }, 400),
    json({ success: false, error_code: 2, error_message: form }, 401),
    json({ success: false, error_code: 8, error_message: form }, 403),
    json({ success: false, error_message: form }, 429),
    json({ success: false, error_message: form }, 500),
    json({ success: true, [form]: form, destinations: [{ [form]: form }] }),
    json({ success: true, destinations: form }),
    {
      body: `<html>The request /1.0/getDestinations?key=${form} failed</html>`,
      headers: { 'content-type': 'text/html' },
    },
    { status: 302, headers: { location: `/?key=${encodeURIComponent(form)}` }, body: form },
  ];
}

test.each(formsOf(TEST_TOKEN))('no error and no report holds the token that a server echoes as %s', async (form) => {
  for (const reply of echoes(form)) {
    const server = await startHttpServer(() => reply);
    const { binding, reports } = createTestClient(server.url);
    const error = await errorOf(binding.getDestinations());
    expect(findSecret(error, TEST_TOKEN)).toEqual([]);
    expect(findSecret(reports, TEST_TOKEN)).toEqual([]);
    expect(findSecret(await binding.availability({ fresh: true }), TEST_TOKEN)).toEqual([]);
  }
});

test('nor after a broken connection that echoes it, a time-out, an abort or a refused connection', async () => {
  const echo = await startRawServer((socket, bytes) => socket.end(bytes));
  const urls = [echo.url, `http://127.0.0.1:${await freePort()}`];
  for (const url of urls) {
    const { binding, reports } = createTestClient(url);
    const error = await errorOf(binding.sendText({ user_id: 'u', text: 'a' }));
    expect(findSecret([error, reports], TEST_TOKEN)).toEqual([]);
  }
  const silent = await startHttpServer(() => undefined);
  const { binding, reports } = createTestClient(silent.url, { requestTimeoutMs: 1 });
  expect(findSecret([await errorOf(binding.getDestinations()), reports], TEST_TOKEN)).toEqual([]);
});

test('a lead who writes the token finds it hidden in the report, not in the message', async () => {
  const server = await startHttpServer(() => json({ success: true, message_id: '1' }));
  const { binding, reports } = createTestClient(server.url);
  await binding.sendText({ user_id: 'u', text: `my key:\n${TEST_TOKEN}` });
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ user_id: 'u', text: `my key:\n${TEST_TOKEN}` });
  expect(reports[0]?.request).toEqual({ user_id: 'u', text: `my key:\n${REDACTED}` });
});

test("the webhook's key is a secret too", async () => {
  const key = 'hook/key=1';
  const server = await startHttpServer((request) =>
    json({ success: false, error_code: 5, error_message: `not valid: ${request.body}` }, 400),
  );
  const { binding, reports } = createTestClient(server.url);
  const error = await errorOf(binding.setWebhook({ url: 'https://e.com', webhook_key: key }));
  expect(error.message).toContain('https://e.com');
  expect(findSecret([error, reports], key)).toEqual([]);
  expect(reports[0]?.request).toMatchObject({ url: 'https://e.com', webhook_key: REDACTED });
});

test('any token in any mixture of encodings is found', () => {
  const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  const encodings: ReadonlyArray<(character: string) => string> = [
    (character) => character,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    (character) => `%25${character.charCodeAt(0).toString(16)}`,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
    (character) => `&#${character.charCodeAt(0)};`,
    (character) => `&#x${character.charCodeAt(0).toString(16)};`,
  ];
  const token = fc.array(fc.tuple(printable, fc.constantFrom(...encodings)), { minLength: 8, maxLength: 40 });
  fc.assert(
    fc.property(token, (characters) => {
      const raw = characters.map(([character]) => character).join('');
      const encoded = characters.map(([character, encode]) => encode(character)).join('');
      expect(createRedactor([raw]).text(`<<${encoded}>>`)).toBe(`<<${REDACTED}>>`);
    }),
    { numRuns: 500 },
  );
});

test('a text without the token stays as it is; a long one is not searched again and again', () => {
  const text = '%41\\u0041&amp;'.repeat(70_000);
  // A search that goes back over itself would not end within the test's time.
  expect(createRedactor([TEST_TOKEN]).text(text)).toBe(text);
});
