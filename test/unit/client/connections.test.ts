import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort, json, startHttpServer, startRawServer } from '../../support/http-server.ts';
import { createTestClient, errorOf } from '../../support/livetex-client.ts';
import { createTestClock } from '../../support/test-clock.ts';

const TEXT = { user_id: 'u', text: 'a' };

test('nobody listens', async () => {
  const { binding, reports } = createTestClient(`http://127.0.0.1:${await freePort()}`);
  const error = await errorOf(binding.sendText(TEXT));
  expect(error).toMatchObject({ code: 'livetex_unreachable', retryable: true, fault: 'remote' });
  expect(error.message).toBe('LiveTex could not be reached (sendText): the connection was refused (ECONNREFUSED)');
  expect(reports).toMatchObject([{ status: null, response: undefined, error: { code: 'livetex_unreachable' } }]);
});

test('there is no such host', async () => {
  // RFC 6761 keeps .invalid free of hosts. Without a name server the look-up itself fails: the same to us.
  const { binding } = createTestClient('http://livetex.invalid');
  expect((await errorOf(binding.sendText(TEXT))).message).toMatch(
    /the host name (is not known|could not be looked up)/,
  );
});

test('the certificate is not one to trust', async () => {
  const server = await startHttpServer(() => json({ success: true, message_id: '1' }), {
    key: readFileSync(new URL('../../fixtures/tls/self-signed.key.pem', import.meta.url), 'utf8'),
    cert: readFileSync(new URL('../../fixtures/tls/self-signed.cert.pem', import.meta.url), 'utf8'),
  });
  const { binding } = createTestClient(server.url);
  expect((await errorOf(binding.sendText(TEXT))).message).toContain('the TLS certificate or handshake failed');
  expect(server.requests).toEqual([]);
});

const BROKEN: ReadonlyArray<readonly [string, string | null, RegExp]> = [
  ['resets the connection', null, /the connection was (reset|closed)/],
  ['closes without a word', '', /the connection was closed/],
  ['stops within the head', 'HTTP/1.1 200 OK\r\nContent-Le', /the connection was closed/],
  ['stops within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"success":', /the connection was closed/],
  [
    'stops within a chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"suc',
    /the connection was closed/,
  ],
  [
    'sends chunks that are none',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}',
    /does not speak HTTP/,
  ],
  ['speaks another protocol', '220 mail.example.com ESMTP\r\n', /does not speak HTTP/],
  [
    'sends huge headers',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    /headers are too large|does not speak HTTP/,
  ],
];

test.each(BROKEN)('the server %s', async (_name, answer, reason) => {
  const server = await startRawServer((socket) => {
    if (answer === null) socket.resetAndDestroy();
    else socket.end(answer);
  });
  const { binding } = createTestClient(server.url);
  const error = await errorOf(binding.sendText(TEXT));
  expect(error.code).toBe('livetex_unreachable');
  expect(error.message).toMatch(reason);
  expect(server.connections()).toBe(1);
});

test('after a broken connection the next request takes a new one', async () => {
  let first = true;
  const server = await startHttpServer((_request, response) => {
    if (!first) return json({ success: true, message_id: '2' });
    first = false;
    response.destroy();
    return undefined;
  });
  const { binding } = createTestClient(server.url);
  await errorOf(binding.sendText(TEXT));
  expect(await binding.sendText(TEXT)).toEqual({ messageId: '2' });
});

test('an answer larger than 1 MiB is not read to its end', async () => {
  const server = await startHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"success":true,"x":"${'x'.repeat(1024 * 1024)}`);
    // Never ended: who read on would wait for ever.
  });
  const { binding } = createTestClient(server.url);
  const error = await errorOf(binding.getDestinations());
  expect(error.code).toBe('livetex_answer_invalid');
  expect(error.message).toContain('longer than 1048576 bytes');
});

test('an error with a huge body is still that error', async () => {
  const server = await startHttpServer(() => ({ status: 401, body: 'x'.repeat(2 * 1024 * 1024) }));
  const { binding } = createTestClient(server.url);
  expect((await errorOf(binding.getDestinations())).code).toBe('livetex_token_refused');
});

test.each([
  ['the head does not come', () => undefined],
  [
    'the body does not end',
    (response: { writeHead(status: number): unknown; write(text: string): unknown }) => {
      response.writeHead(200);
      response.write('{"success":');
    },
  ],
])('the deadline covers the whole request: %s', async (_name, answer) => {
  const clock = createTestClock();
  const server = await startHttpServer((_request, response) => {
    answer(response);
  });
  const { binding } = createTestClient(server.url, { clock, requestTimeoutMs: 5_000 });
  const failed = errorOf(binding.sendText(TEXT));
  await server.received(1);
  await clock.advance(4_999);
  await clock.advance(1);
  expect(await failed).toMatchObject({
    code: 'livetex_timeout',
    retryable: true,
    message: 'LiveTex did not answer sendText within 5000 ms',
  });
  expect(clock.pending()).toBe(0);
});

test('the deadline covers waiting for a place among the requests under way', async () => {
  const clock = createTestClock();
  const server = await startHttpServer(() => undefined);
  const { client, binding } = createTestClient(server.url, { clock, requestTimeoutMs: 9_000 });
  const access = { id: 'late', token: 't', baseUrl: server.url, apiVersion: '1.0' } as const;
  const patient = client.binding({ ...access, requestTimeoutMs: 9_000 });
  const late = client.binding({ ...access, requestTimeoutMs: 1_000 });
  // 256 take all places and are never answered; another binding still has one, and its next request waits.
  const hanging = Array.from({ length: 256 }, () => errorOf(binding.sendText(TEXT)));
  await server.received(256);
  const sent = errorOf(patient.sendText(TEXT));
  await server.received(257);
  const waiting = errorOf(late.sendText(TEXT));
  await clock.advance(1_000);
  expect((await waiting).code).toBe('livetex_timeout');
  await clock.advance(8_000);
  expect(new Set((await Promise.all([...hanging, sent])).map((error) => error.code))).toEqual(
    new Set(['livetex_timeout']),
  );
  // What was given up is not sent afterwards.
  await client.close();
  expect(server.requests).toHaveLength(257);
});

test("the caller's own abort is passed on as its reason, and cuts the connection", async () => {
  const closed = Promise.withResolvers<void>();
  const server = await startHttpServer((_request, response) => {
    response.on('close', () => closed.resolve());
  });
  const { binding, reports } = createTestClient(server.url);
  const abort = new AbortController();
  const reason = new Error('the lane was stopped');
  const failed = errorOf(binding.sendText(TEXT, abort.signal));
  await server.received(1);
  abort.abort(reason);
  expect(await failed).toBe(reason);
  await closed.promise;
  expect(reports).toMatchObject([{ status: null, aborted: true }]);
  expect(reports[0]).not.toHaveProperty('error');
});

test('a signal that is aborted already lets nothing out', async () => {
  const server = await startHttpServer(() => json({ success: true, message_id: '1' }));
  const { binding, reports } = createTestClient(server.url);
  const reason = new Error('too late');
  expect(await errorOf(binding.sendText(TEXT, AbortSignal.abort(reason)))).toBe(reason);
  expect(server.connections()).toBe(0);
  expect(reports).toEqual([]);
});

test('closing waits for what is under way, then refuses', async () => {
  let answer: (() => void) | undefined;
  const server = await startHttpServer((_request, response) => {
    answer = () => response.end('{"success":true,"message_id":"7"}');
  });
  const { client, binding } = createTestClient(server.url);
  const sent = binding.sendText(TEXT);
  await server.received(1);
  let closed = false;
  const closing = client.close().then(() => {
    closed = true;
  });
  expect(await errorOf(binding.sendText(TEXT))).toMatchObject({
    code: 'livetex_unreachable',
    message: 'LiveTex could not be reached (sendText): the client is closed',
  });
  await turn();
  expect(closed).toBe(false);
  answer?.();
  expect(await sent).toEqual({ messageId: '7' });
  await closing;
  await client.close();
  expect((await binding.availability()).state).toBe('unknown');
});
